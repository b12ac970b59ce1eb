import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, freemem, platform, release, totalmem } from 'node:os';

/** The machine as far as it matters here. */
export interface MachineReport {
  /** Such as `linux x64 6.8.0`. */
  readonly system: string;
  readonly cpu: string;
  /** Cores that this process may use. */
  readonly cores: number;
  /** Those of the processor's features that inference gains from; null where the system does not tell. */
  readonly cpu_features: readonly string[] | null;
  /** Bytes. */
  readonly memory_total: number;
  /** Bytes that this process may still take: a container's limit counts. */
  readonly memory_available: number;
}

/** Vector instructions, the widest last, as Linux names them on x64 and on arm64. */
const FEATURES = [
  'sse4_2',
  'avx',
  'f16c',
  'fma',
  'avx2',
  'avx_vnni',
  'avx512f',
  'avx512_vnni',
  'amx_int8',
  'asimd',
  'asimdhp',
  'asimddp',
  'i8mm',
  'sve',
];

/** What this machine is. */
export async function machineReport(): Promise<MachineReport> {
  return {
    system: `${platform()} ${arch()} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    cpu_features: await cpuFeatures(),
    memory_total: totalmem(),
    memory_available: process.availableMemory?.() ?? freemem(),
  };
}

async function cpuFeatures(): Promise<string[] | null> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1]?.split(' ');
  return flags ? FEATURES.filter((feature) => flags.includes(feature)) : null;
}

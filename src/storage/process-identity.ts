import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** What tells a process from every other one, as far as its system says. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Linux: the boot of the system and the container in it that the pid belongs to. Hosts of one name are told apart by it. */
  readonly pid_space?: string;
  /** Linux: when it started, in clock ticks since the system did. Another process that got the pid later has another. */
  readonly start_ticks?: number;
}

/**
 * What has become of a process: `alive`, `gone` (or about to be: a killed process whose parent does not collect it keeps its pid,
 * and so answers to signals), `elsewhere` when it is another machine's or container's, `unsure` when a process has the pid and the
 * system does not say whether it is the same one.
 */
export type ProcessFate = 'alive' | 'gone' | 'elsewhere' | 'unsure';

/** Letters of a process that does nothing any more: a zombie, or dead. */
const ENDED: ReadonlySet<string> = new Set(['Z', 'X', 'x']);
/** Fields of /proc/PID/stat behind the name, the state being the first (its field 3). */
const START_FIELD = 22 - 3;

interface ProcessStat {
  readonly state: string;
  readonly startTicks: number;
}

/** What Linux knows of a process; undefined elsewhere, or when there is none. */
async function statOf(pid: number | 'self'): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // the name stands in brackets and may hold some itself
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], startTicks: Number(fields[START_FIELD]) };
}

async function pidSpace(): Promise<string | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const [space, stat] = await Promise.all([pidSpace(), statOf('self')]);
  return {
    pid: process.pid,
    host: hostname(),
    ...(space !== undefined && { pid_space: space }),
    ...(stat && { start_ticks: stat.startTicks }),
  };
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // someone else's process is alive too
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What has become of a process. */
export async function fateOf(process: ProcessIdentity): Promise<ProcessFate> {
  const space = await pidSpace();
  const isSameSpace = process.pid_space === undefined || space === undefined || process.pid_space === space;
  if (process.host !== hostname() || !isSameSpace) return 'elsewhere';
  if (!answersSignals(process.pid)) return 'gone';
  const stat = await statOf(process.pid);
  if (!stat) return 'unsure';
  if (ENDED.has(stat.state)) return 'gone';
  if (process.start_ticks === undefined) return 'unsure';
  return process.start_ticks === stat.startTicks ? 'alive' : 'gone';
}

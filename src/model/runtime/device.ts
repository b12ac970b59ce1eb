/**
 * Which processor a graph runs on, and what to say when it is not there.
 *
 * @module
 */

import { listSupportedBackends } from 'onnxruntime-node';
import { messageOf, SamError } from '../../errors.js';
import type { OperatorSet } from '../onnx/graph-builder.js';

/** Devices that can be asked for; `auto` takes the first that works, and says which. */
export const DEVICES = ['auto', 'cpu', 'cuda', 'tensorrt', 'coreml', 'dml', 'webgpu'] as const;

/** One of {@link DEVICES}. */
export type Device = (typeof DEVICES)[number];

/** A device that was decided on: the name of an execution provider of onnxruntime. */
export type Provider = Exclude<Device, 'auto'>;

/** What `auto` tries ahead of the cpu. TensorRT would build its engines for minutes, and WebGPU is experimental in onnxruntime-node. */
const AUTOMATIC: readonly Provider[] = ['cuda', 'coreml', 'dml'];

/** How prompts go through a compiled decoder. */
export interface Decoding {
  /** Prompts that one run answers, at most; `pointsPerBatch` can make it fewer. */
  readonly promptsPerRun: number;
  /** Operators of its graphs: those that onnxruntime contributes where the provider has kernels for all three that we use. */
  readonly operators: OperatorSet;
}

/** Prompts a run on a GPU, as the reference has it: some two and a half gigabytes with SAM's sizes. */
const BATCH = 64;

/**
 * How each provider decodes. The compiler uses FusedMatMul, BiasGelu and SimplifiedLayerNormalization: the kernel lists of onnxruntime have
 * all three for the cpu and for CUDA, two of them for WebGPU; TensorRT and CoreML take operators of ONNX. Of DirectML's list
 * SimplifiedLayerNormalization was not sure.
 */
const DECODING: Readonly<Record<Provider, Decoding>> = {
  // a prompt's image tokens are megabytes, so that more leave the cache (docs/decoder-compiler.md)
  cpu: { promptsPerRun: 1, operators: 'contributed' },
  cuda: { promptsPerRun: BATCH, operators: 'contributed' },
  tensorrt: { promptsPerRun: BATCH, operators: 'standard' },
  coreml: { promptsPerRun: BATCH, operators: 'standard' },
  dml: { promptsPerRun: BATCH, operators: 'standard' },
  webgpu: { promptsPerRun: BATCH, operators: 'standard' },
};

/** How a provider decodes best. */
export function decodingOn(provider: Provider): Decoding {
  return DECODING[provider];
}

const HINTS: Partial<Readonly<Record<Provider, string>>> = {
  cuda: 'On linux/x64 install onnxruntime-node without `onnxruntime-node-install=skip`: its CUDA files are those that this leaves out; CUDA 12 and cuDNN 9 must be on the machine.',
  tensorrt:
    'On linux/x64 install onnxruntime-node without `onnxruntime-node-install=skip`, and TensorRT 10 on the machine.',
  coreml: 'CoreML is in the macOS build of onnxruntime-node only.',
  dml: 'DirectML is in the Windows build of onnxruntime-node only.',
  webgpu: 'WebGPU wants a graphics driver: Vulkan on Linux, Direct3D 12 on Windows, Metal on macOS.',
};

/** Something made on a device. */
export interface OnDevice<T> {
  readonly made: T;
  readonly provider: Provider;
}

/**
 * Makes something on a device.
 *
 * @param make - Makes it with a provider, or throws.
 * @param onNotice - Told in a sentence when `auto` ends at the cpu.
 * @throws SamError `bad-usage` when the device that was asked for cannot be used; what `make` throws on the cpu as it is.
 */
export async function onDevice<T>(
  device: Device,
  make: (provider: Provider) => Promise<T>,
  onNotice?: (message: string) => void,
): Promise<OnDevice<T>> {
  if (device === 'cpu') return { made: await make('cpu'), provider: 'cpu' };
  const available: ReadonlySet<string> = new Set(listSupportedBackends().map(({ name }) => name));
  if (device !== 'auto') return { made: await asked(device, available, make), provider: device };
  const reasons: string[] = [];
  for (const provider of AUTOMATIC.filter((each) => available.has(each))) {
    try {
      return { made: await make(provider), provider };
    } catch (error) {
      reasons.push(`${provider}: ${firstLineOf(error)}`);
    }
  }
  const made = await make('cpu');
  onNotice?.(`No GPU can be used, so the cpu does the work${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}.`);
  return { made, provider: 'cpu' };
}

async function asked<T>(
  device: Provider,
  available: ReadonlySet<string>,
  make: (provider: Provider) => Promise<T>,
): Promise<T> {
  if (!available.has(device)) {
    const names = [...available].join(', ');
    throw new SamError(
      'bad-usage',
      `Expected a device of this onnxruntime (auto, ${names}) but received ${device}`,
      HINTS[device],
    );
  }
  try {
    return await make(device);
  } catch (error) {
    throw new SamError(
      'bad-usage',
      `Expected to use ${device} but it cannot be used: ${firstLineOf(error)}`,
      HINTS[device],
    );
  }
}

function firstLineOf(error: unknown): string {
  return messageOf(error).split('\n')[0];
}

/**
 * The only place where onnxruntime sessions are made: execution providers and session options are decided here.
 *
 * @module
 */

import * as ort from 'onnxruntime-node';
import { messageOf, SamError } from '../../errors.js';
import type { GraphInput, PlainTensor, PlainTensors } from '../contracts/contract.js';
import type { Provider } from './device.js';
import { floatsOfHalves, halfFloatsOf } from './half-floats.js';
import { nativeCall } from './native-calls.js';

/** What a graph is used for. */
export type SessionRole = 'encoder' | 'compiled' | 'batched' | 'exported';

type Options = ort.InferenceSession.SessionOptions;

const OPTIONS: Readonly<Record<SessionRole, Options>> = {
  // it runs once an image: its arena would stay at the peak for the whole run
  encoder: { enableCpuMemArena: false },
  compiled: {
    // higher levels fuse sums into normalisations that are several times slower (docs/decoder-compiler.md)
    graphOptimizationLevel: 'basic',
    // planning memory ahead costs 2 to 3% here: prompts differ in what they skip
    enableMemPattern: false,
  },
  // for a GPU, which gains by what the optimiser fuses
  batched: {},
  // it warns of constants that it cannot fold in half floats, and nobody can change that
  exported: { logSeverityLevel: 3 },
};

/**
 * A graph that is ready to run. It holds threads and native memory until released.
 *
 * Where the graph takes half floats, numbers are rounded to them; where it returns half floats, they come as float32.
 */
export class Session {
  readonly #session: ort.InferenceSession;
  readonly #halfInputs: readonly string[];
  readonly #halfOutputs: readonly string[];

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
    this.#halfInputs = halvesAmong(session.inputMetadata);
    this.#halfOutputs = halvesAmong(session.outputMetadata);
  }

  /**
   * Loads a graph.
   *
   * @param model - The path of an ONNX file, beside which its external data lies, or the bytes of one without external data.
   * @param threads - Threads that one run may use; 0 for all cores.
   * @param provider - Where it runs.
   * @throws SamError `bad-model` when onnxruntime cannot load it on the cpu; elsewhere onnxruntime's own error, since it may be the device
   *   that is at fault (see device.ts).
   */
  static async open(
    model: string | Uint8Array,
    role: SessionRole,
    threads: number,
    provider: Provider = 'cpu',
  ): Promise<Session> {
    const options: Options = {
      ...OPTIONS[role],
      ...(threads > 0 && { intraOpNumThreads: threads }),
      // what fails is said in our words, not in a log as well
      ...(provider !== 'cpu' && { executionProviders: [provider, 'cpu'], logSeverityLevel: 4 }),
    };
    try {
      // one overload a type
      const session = await nativeCall(() =>
        typeof model === 'string'
          ? ort.InferenceSession.create(model, options)
          : ort.InferenceSession.create(model, options),
      );
      return new Session(session);
    } catch (error) {
      if (provider !== 'cpu' || error instanceof SamError) throw error;
      const name = typeof model === 'string' ? model : `${model.length} bytes`;
      throw new SamError('bad-model', `Expected an ONNX model but could not load ${name}: ${messageOf(error)}`);
    }
  }

  get inputs(): readonly GraphInput[] {
    return this.#session.inputMetadata.map((input) => ({ name: input.name, dims: input.isTensor ? input.shape : [] }));
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  /** Runs the graph. The calling thread is blocked until it is done. */
  async run(feeds: Feeds): Promise<Feeds> {
    const outputs: Feeds = await nativeCall(() => this.#session.run(withChanged(feeds, this.#halfInputs, inHalves)));
    return withChanged(outputs, this.#halfOutputs, inFloats);
  }

  release(): Promise<void> {
    return nativeCall(() => this.#session.release());
  }
}

/** Tensors of onnxruntime by name. */
export type Feeds = Record<string, ort.Tensor>;

function halvesAmong(tensors: readonly ort.InferenceSession.ValueMetadata[]): string[] {
  return tensors.flatMap((tensor) => (tensor.isTensor && tensor.type === 'float16' ? [tensor.name] : []));
}

function withChanged(feeds: Feeds, names: readonly string[], change: (tensor: ort.Tensor) => ort.Tensor): Feeds {
  if (names.length === 0) return feeds;
  const changed = names.flatMap((name) => (name in feeds ? [[name, change(feeds[name])]] : []));
  return { ...feeds, ...Object.fromEntries(changed) };
}

function inHalves(tensor: ort.Tensor): ort.Tensor {
  if (tensor.type !== 'float32') return tensor;
  return new ort.Tensor('float16', halfFloatsOf(tensor.data as Float32Array), tensor.dims);
}

function inFloats({ data, dims }: ort.Tensor): ort.Tensor {
  // a Float16Array, where Node.js has one
  const { buffer, byteOffset, length } = data as Uint16Array;
  return floatTensor(floatsOfHalves(new Uint16Array(buffer, byteOffset, length)), dims);
}

/** A tensor of float32. */
export function floatTensor(data: Float32Array | readonly number[], dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, dims);
}

/** A list of int64. */
export function integerTensor(...values: number[]): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
}

/** Tensors of a contract for onnxruntime. */
export function feedsOf(tensors: PlainTensors): Feeds {
  const tensorOf = ({ type, data, dims }: PlainTensor) => new ort.Tensor(type, data as Float32Array, dims);
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensorOf(tensor)]));
}

/** Tensors of onnxruntime for a contract; they share their memory. */
export function plainTensorsOf(feeds: Feeds): PlainTensors {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { type, dims, data }]) => [name, { type, dims, data } as PlainTensor]),
  );
}

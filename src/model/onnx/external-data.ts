/**
 * Weights that lie beside their ONNX file, and whether the tensors of a file can be what they say.
 *
 * @module
 */

import { SamError } from '../../errors.js';
import { type GraphProto, type ModelProto, type TensorProto, TensorProto_DataLocation } from './onnx_pb.js';

/** Bytes of an element by ONNX's number for its type; types that are packed or texts are not here. */
const ELEMENT_BYTES: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  16: 2,
};

/** No tensor of a model here comes near it: 2^31 elements are 8 GB of floats. */
const MAX_ELEMENTS = 2 ** 31;

/** Where the numbers of a tensor lie beside its file. */
export interface ExternalPiece {
  readonly tensor: TensorProto;
  /** As the file says it: relative to the file's folder. */
  readonly location: string;
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/**
 * Looks whether every tensor of a model has as many bytes as its shape says.
 *
 * @returns the tensors whose numbers lie beside the file.
 * @throws SamError `bad-model` for shapes that cannot be, for numbers that are missing, and for a location that leads out of the
 *   folder.
 */
export function checkedTensors(model: ModelProto & { graph: GraphProto }): ExternalPiece[] {
  const pieces: ExternalPiece[] = [];
  for (const tensor of tensorsOf(model.graph)) {
    const bytes = bytesOf(tensor);
    if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) pieces.push(externalPieceOf(tensor, bytes));
    else if (bytes !== undefined && tensor.rawData.length > 0 && tensor.rawData.length !== bytes) {
      throw new SamError(
        'bad-model',
        `Expected ${bytes} bytes of ${tensor.name || 'a tensor'} [${tensor.dims.join(', ')}] but the file has ${tensor.rawData.length}`,
      );
    }
  }
  return pieces;
}

function* tensorsOf(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer;
  for (const node of graph.node) {
    for (const { t, g, graphs } of node.attribute) {
      if (t) yield t;
      for (const inner of g ? [g] : graphs) yield* tensorsOf(inner);
    }
  }
}

function bytesOf({ name, dims, dataType }: TensorProto): number | undefined {
  let elements = 1;
  for (const dim of dims) {
    elements *= Number(dim);
    if (dim < 0n || elements > MAX_ELEMENTS) {
      throw new SamError('bad-model', `Expected a shape of weights but ${name || 'a tensor'} has [${dims.join(', ')}]`);
    }
  }
  const size = ELEMENT_BYTES[dataType];
  return size === undefined ? undefined : elements * size;
}

function externalPieceOf(tensor: TensorProto, bytes: number | undefined): ExternalPiece {
  const entry = (key: string) => tensor.externalData.find((each) => each.key === key)?.value;
  const location = entry('location') ?? '';
  const offset = Number(entry('offset') ?? 0);
  const length = Number(entry('length') ?? bytes);
  const parts = location.split(/[\\/]/);
  if (location === '' || /^([\\/]|[a-z]:)/i.test(location) || parts.includes('..') || location.includes('\0')) {
    throw new SamError(
      'bad-model',
      `Expected weights beside the model but ${tensor.name} is said to be in "${location}"`,
    );
  }
  if (
    !Number.isSafeInteger(offset) ||
    offset < 0 ||
    !Number.isSafeInteger(length) ||
    length < 0 ||
    (bytes ?? length) !== length
  ) {
    throw new SamError(
      'bad-model',
      `Expected ${bytes} bytes of ${tensor.name} but the file says ${length} from ${offset} on`,
    );
  }
  return { tensor, location, offset, length };
}

/** Puts the numbers of a tensor into the file. */
export function takeIn({ tensor }: ExternalPiece, bytes: Uint8Array): void {
  tensor.rawData = bytes;
  tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
  tensor.externalData = [];
}

/**
 * Numbers in and out of ONNX tensors.
 *
 * @module
 */

import { create } from '@bufbuild/protobuf';
import { SamError } from '../../errors.js';
import { type TensorProto, TensorProto_DataLocation, TensorProto_DataType, TensorProtoSchema } from './onnx_pb.js';

/** Numbers with a shape, row-major. */
export interface Tensor<T extends Float32Array | BigInt64Array = Float32Array> {
  readonly dims: readonly number[];
  readonly data: T;
}

/** Element types of the graphs here. */
export type ElementType = 'float32' | 'int64' | 'bool';

/** The number that ONNX has for an element type. */
export const DATA_TYPE: Readonly<Record<ElementType, TensorProto_DataType>> = {
  float32: TensorProto_DataType.FLOAT,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
};

/** Product of the dimensions. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** The shape of a tensor message. */
export function dimsOf(tensor: TensorProto): number[] {
  return tensor.dims.map(Number);
}

/**
 * The numbers of a float32 tensor (copied, so that they are aligned), or undefined when it holds another type.
 *
 * @throws {@link SamError} `bad-model` when the numbers are stored outside of the file.
 */
export function floatsOf(tensor: TensorProto): Float32Array | undefined {
  if (tensor.dataType !== TensorProto_DataType.FLOAT) return undefined;
  refuseExternalData(tensor);
  if (tensor.rawData.length === 0) return Float32Array.from(tensor.floatData);
  return new Float32Array(alignedCopy(tensor.rawData));
}

/**
 * The numbers of an int64 tensor, or undefined when it holds another type.
 *
 * @throws {@link SamError} `bad-model` when the numbers are stored outside of the file.
 */
export function int64sOf(tensor: TensorProto): number[] | undefined {
  if (tensor.dataType !== TensorProto_DataType.INT64) return undefined;
  refuseExternalData(tensor);
  if (tensor.rawData.length === 0) return tensor.int64Data.map(Number);
  return Array.from(new BigInt64Array(alignedCopy(tensor.rawData)), Number);
}

/** A float32 tensor message. `data` is row-major. */
export function floatTensor(name: string, dims: readonly number[], data: Float32Array): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: TensorProto_DataType.FLOAT,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
}

/** An int64 tensor message. `data` is row-major. */
export function int64Tensor(name: string, dims: readonly number[], data: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: TensorProto_DataType.INT64,
    rawData: new Uint8Array(BigInt64Array.from(data, BigInt).buffer),
  });
}

// slice() would not do: that of a Buffer is a view
function alignedCopy(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function refuseExternalData(tensor: TensorProto): void {
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) return;
  throw new SamError('bad-model', `Expected weights inside the ONNX file but ${tensor.name} is stored beside it`);
}

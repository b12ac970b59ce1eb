import { modelBytes, readModel } from '../../src/model/onnx/model-bytes.js';
import { TensorProto_DataLocation } from '../../src/model/onnx/onnx_pb.js';

/** An ONNX file whose largest weight lies beside it, and the bytes of that weight. */
export interface SplitModel {
  readonly graph: Uint8Array;
  readonly weights: Uint8Array<ArrayBuffer>;
}

/**
 * Takes the largest weight out of a model.
 *
 * @param location - Where the file says that it is.
 */
export function withWeightsIn(bytes: Uint8Array, location: string, offset = '0'): SplitModel {
  const model = readModel(bytes);
  const [largest] = model.graph.initializer.toSorted((a, b) => b.rawData.length - a.rawData.length);
  const weights = new Uint8Array(largest.rawData);
  largest.dataLocation = TensorProto_DataLocation.EXTERNAL;
  largest.externalData = Object.entries({ location, offset, length: String(weights.length) }).map(([key, value]) => ({
    $typeName: 'onnx.StringStringEntryProto',
    key,
    value,
  }));
  largest.rawData = new Uint8Array(0);
  return { graph: modelBytes(model), weights };
}

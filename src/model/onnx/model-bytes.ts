/**
 * ONNX files as messages and back.
 *
 * `onnx_pb.ts` is generated from onnx.proto of onnx 1.23 (Apache-2.0): in an empty folder,
 * `npm i @bufbuild/protoc-gen-es@2.17.0 @bufbuild/buf`, copy onnx.proto in, write a `buf.gen.yaml` with the local plugin
 * `./node_modules/.bin/protoc-gen-es`, `out: gen`, `opt: target=ts`, and run `npx buf generate .`.
 *
 * @module
 */

import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { SamError } from '../../errors.js';
import { type GraphProto, type ModelProto, ModelProtoSchema } from './onnx_pb.js';

/** A model that has its graph. */
type WholeModel = ModelProto & { graph: GraphProto };

/**
 * The ONNX model in these bytes.
 *
 * @throws {@link SamError} `bad-model` when the bytes are not an ONNX model.
 */
export function readModel(bytes: Uint8Array): WholeModel {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch {
    throw new SamError('bad-model', `Expected an ONNX model but received ${bytes.length} bytes that are not one`);
  }
  const { graph } = model;
  if (!graph) throw new SamError('bad-model', 'Expected an ONNX model but received one without a graph');
  return Object.assign(model, { graph });
}

/** The bytes of an ONNX file that holds this model. */
export function modelBytes(model: ModelProto): Uint8Array {
  return toBinary(ModelProtoSchema, model);
}

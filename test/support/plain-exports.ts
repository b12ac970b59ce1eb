/*
 * The families of exports, each asked by a plain loop over onnxruntime as its exporter's own example does it. Nothing here comes from
 * src/model: these are the judges of the contracts.
 */
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { resizeLikePil } from '../../src/image/pil-resize.js';
import type { RgbImage } from '../../src/sam/rgb-image.js';
import { fixtureUrl } from './fixture.js';
import { inFloats, inHalves } from './plain-halves.js';

type Feeds = Record<string, ort.Tensor>;

/** A decoder and how it is asked. */
interface PlainDecoder {
  readonly decoder: string;
  /** Its inputs for one prompt: x, y in the frame and labels, nothing padded. */
  prompt(points: readonly number[][], labels: readonly number[], embedding: Feeds, photo: RgbImage): Feeds;
  readonly masks: string;
  readonly ious: string;
}

/** One family and its fixtures. */
export interface PlainExport extends PlainDecoder {
  /** Name of the contract that it must be found to be. */
  readonly contract: string;
  readonly encoder: string;
  readonly fit: 'pad' | 'stretch';
  readonly frame: number;
  readonly takesBoxes: boolean;
  readonly takesMasks: boolean;
  /** Whether its floats are half floats. @default false */
  readonly isHalf?: boolean;
  /** Inputs of the encoder. */
  pixels(photo: RgbImage): Feeds;
  /** Another decoder of the same weights that is asked about points without a box. */
  readonly pointsDecoder?: PlainDecoder;
  /** Masks to pass over: the single-mask token. */
  readonly skip: number;
}

const MEAN = [123.675, 116.28, 103.53];
const STD = [58.395, 57.12, 57.375];

/** A float tensor. */
function floats(data: ArrayLike<number>, ...dims: number[]): ort.Tensor {
  return new ort.Tensor('float32', Float32Array.from(data), dims);
}

function integers(data: readonly number[], ...dims: number[]): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.from(data, BigInt), dims);
}

function normalised(photo: RgbImage, frame: number, width: number, height: number): ort.Tensor {
  const { data } = resizeLikePil(photo, width, height);
  const pixels = new Float32Array(3 * frame * frame);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        pixels[(c * frame + y) * frame + x] = (data[(y * width + x) * 3 + c] - MEAN[c]) / STD[c];
      }
    }
  }
  return floats(pixels, 1, 3, frame, frame);
}

/** Sides of an image in a padded frame. */
function padded({ width, height }: RgbImage, frame: number): [number, number] {
  const scale = frame / Math.max(width, height);
  return [Math.floor(width * scale + 0.5), Math.floor(height * scale + 0.5)];
}

const withPadding = (points: readonly number[][], labels: readonly number[]) =>
  labels.some((label) => label > 1) ? { points, labels } : { points: [...points, [0, 0]], labels: [...labels, -1] };

function official(points: readonly number[][], labels: readonly number[], low: number): Feeds {
  return {
    point_coords: floats(points.flat(), 1, points.length, 2),
    point_labels: floats(labels, 1, labels.length),
    mask_input: floats(new Float32Array(low * low), 1, 1, low, low),
    has_mask_input: floats([0], 1),
  };
}

function pointsAlone(given: readonly number[][], givenLabels: readonly number[], { image_embeddings }: Feeds): Feeds {
  const { points, labels } = withPadding(given, givenLabels);
  return {
    image_embeddings,
    point_coords: floats(points.flat(), 1, points.length, 2),
    point_labels: floats(labels, 1, labels.length),
  };
}

const sam1: Omit<PlainExport, 'contract' | 'encoder' | 'pixels'> = {
  decoder: 'exports/sam1_decoder.onnx',
  fit: 'pad',
  frame: 256,
  takesBoxes: true,
  takesMasks: true,
  prompt: (points, labels, { image_embeddings }, { width, height }) => ({
    image_embeddings,
    ...official(withPadding(points, labels).points, withPadding(points, labels).labels, 64),
    orig_im_size: floats([height, width], 2),
  }),
  masks: 'low_res_masks',
  ious: 'iou_predictions',
  skip: 1,
};

const transformersJs: PlainExport = {
  contract: 'transformers-js',
  encoder: 'exports/transformers_js_encoder.onnx',
  decoder: 'decoders/transformers_js.onnx',
  fit: 'pad',
  frame: 192,
  takesBoxes: false,
  takesMasks: false,
  pixels: (photo) => ({ pixel_values: normalised(photo, 192, ...padded(photo, 192)) }),
  prompt: (points, labels, embedding) => ({
    ...embedding,
    input_points: floats(points.flat(), 1, 1, points.length, 2),
    input_labels: integers(labels, 1, 1, labels.length),
  }),
  masks: 'pred_masks',
  ious: 'iou_scores',
  skip: 0,
};

/** Every family. */
export const PLAIN_EXPORTS: readonly PlainExport[] = [
  {
    ...sam1,
    contract: 'official',
    encoder: 'exports/sam1_encoder.onnx',
    pixels: (photo) => ({ x: normalised(photo, 256, ...padded(photo, 256)) }),
  },
  {
    ...sam1,
    contract: 'samexporter-sam1',
    encoder: 'exports/sam1_hwc_encoder.onnx',
    pixels(photo) {
      const [width, height] = padded(photo, 256);
      return { input_image: floats(resizeLikePil(photo, width, height).data, height, width, 3) };
    },
  },
  transformersJs,
  {
    ...transformersJs,
    encoder: 'exports/transformers_js_encoder_fp16.onnx',
    decoder: 'exports/transformers_js_decoder_fp16.onnx',
    isHalf: true,
  },
  {
    contract: 'samexporter-sam2',
    encoder: 'exports/sam2_encoder.onnx',
    decoder: 'exports/sam2_decoder.onnx',
    fit: 'stretch',
    frame: 256,
    takesBoxes: true,
    takesMasks: true,
    pixels: (photo) => ({ image: normalised(photo, 256, 256, 256) }),
    // the graph adds the padding point
    prompt: (points, labels, embedding) => ({ ...embedding, ...official(points, labels, 64) }),
    masks: 'masks',
    ious: 'iou_predictions',
    skip: 0,
  },
  {
    contract: 'transformers-js-sam2',
    encoder: 'exports/transformers_js_sam2_encoder.onnx',
    decoder: 'exports/transformers_js_sam2_decoder.onnx',
    fit: 'stretch',
    frame: 256,
    takesBoxes: true,
    takesMasks: false,
    pixels: (photo) => ({ pixel_values: normalised(photo, 256, 256, 256) }),
    // points alone cannot be asked of this graph by itself: it leaves room for boxes that nobody fills. samexporter's fixture has the
    // same weights
    pointsDecoder: {
      decoder: 'exports/sam2_decoder.onnx',
      prompt: (points, labels, embedding) => ({
        high_res_feats_0: embedding['image_embeddings.0'],
        high_res_feats_1: embedding['image_embeddings.1'],
        image_embed: embedding['image_embeddings.2'],
        ...official(points, labels, 64),
      }),
      masks: 'masks',
      ious: 'iou_predictions',
    },
    prompt: (corners, _, embedding) => ({
      ...embedding,
      input_points: floats([], 1, 1, 0, 2),
      input_labels: integers([], 1, 1, 0),
      input_boxes: floats(corners.flat(), 1, 1, 4),
    }),
    masks: 'pred_masks',
    ious: 'iou_scores',
    skip: 0,
  },
  {
    contract: 'osam-sam2',
    encoder: 'exports/osam_sam2_encoder.onnx',
    decoder: 'exports/osam_sam2_decoder.onnx',
    fit: 'stretch',
    frame: 256,
    takesBoxes: true,
    takesMasks: true,
    pixels: (photo) => ({ input: normalised(photo, 256, 256, 256) }),
    prompt: (points, labels, embedding, { width, height }) => ({
      ...embedding,
      ...official(withPadding(points, labels).points, withPadding(points, labels).labels, 64),
      orig_im_size: integers([height, width], 2),
    }),
    masks: 'low_res_masks',
    ious: 'iou_predictions',
    skip: 0,
  },
  {
    contract: 'efficient-sam',
    encoder: 'exports/efficient_encoder.onnx',
    decoder: 'exports/efficient_decoder.onnx',
    fit: 'stretch',
    frame: 256,
    takesBoxes: true,
    takesMasks: false,
    pixels({ data, width, height }) {
      const pixels = new Float32Array(3 * width * height);
      for (let i = 0; i < pixels.length; i++) pixels[(i % 3) * width * height + Math.floor(i / 3)] = data[i] / 255;
      return { batched_images: floats(pixels, 1, 3, height, width) };
    },
    prompt: (points, labels, { image_embeddings }) => ({
      image_embeddings,
      // the frame as an image of 64 x 64, whose masks are the low-res ones
      batched_point_coords: floats(
        points.flat().map((value) => value / 4),
        1,
        1,
        points.length,
        2,
      ),
      batched_point_labels: floats(labels, 1, 1, labels.length),
      orig_im_size: integers([64, 64], 2),
    }),
    masks: 'output_masks',
    ious: 'iou_predictions',
    skip: 0,
  },
  {
    contract: 'efficientvit-sam',
    encoder: 'exports/efficientvit_encoder.onnx',
    decoder: 'exports/efficientvit_decoder.onnx',
    fit: 'pad',
    frame: 256,
    takesBoxes: true,
    takesMasks: false,
    pixels: (photo) => ({ input_image: normalised(photo, 128, ...padded(photo, 128)) }),
    prompt: pointsAlone,
    masks: 'masks',
    ious: 'iou_predictions',
    skip: 1,
  },
  {
    contract: 'edge-sam',
    encoder: 'exports/edge_sam_encoder.onnx',
    decoder: 'exports/edge_sam_decoder.onnx',
    fit: 'pad',
    frame: 256,
    takesBoxes: true,
    takesMasks: false,
    pixels: (photo) => ({ image: normalised(photo, 256, ...padded(photo, 256)) }),
    prompt: pointsAlone,
    masks: 'masks',
    ious: 'scores',
    skip: 1,
  },
];

/** The file of a fixture. */
export function exportPath(name: string): string {
  return fileURLToPath(fixtureUrl(name));
}

/** In one thread: others would spin between the small runs. */
function sessionOf(name: string): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(exportPath(name), { intraOpNumThreads: 1 });
}

/** Masks of the image's size, row-major, and their predicted IoUs. */
export interface PlainAnswer {
  readonly masks: readonly Uint8Array[];
  readonly ious: readonly number[];
}

/** A family with a photograph encoded: asks one prompt after the other. */
export async function plainAnswers(family: PlainExport, photo: RgbImage) {
  const encoder = await sessionOf(family.encoder);
  const { pointsDecoder = family } = family;
  const open = async (asked: PlainDecoder) => ({
    asked,
    session: await sessionOf(asked.decoder),
  });
  const forPoints = await open(pointsDecoder);
  const forBoxes = pointsDecoder === family ? forPoints : await open(family);
  const run = async (session: ort.InferenceSession, feeds: Feeds) =>
    family.isHalf ? inFloats(await session.run(inHalves(feeds))) : session.run(feeds);
  const embedding = await run(encoder, family.pixels(photo));
  const { width, height } = photo;
  const [inWidth, inHeight] = family.fit === 'pad' ? padded(photo, family.frame) : [family.frame, family.frame];
  return async (points: readonly number[][], labels: readonly number[]): Promise<PlainAnswer> => {
    const framed = points.map(([x, y]) => [(x / width) * inWidth, (y / height) * inHeight]);
    const { asked, session } = labels.some((label) => label > 1) ? forBoxes : forPoints;
    const outputs = await run(session, asked.prompt(framed, labels, embedding, photo));
    const { data, dims } = outputs[asked.masks];
    const side = dims[dims.length - 1];
    const logits = data as Float32Array;
    const ious = Array.from(outputs[asked.ious].data as Float32Array).slice(family.skip);
    const masks = ious.map((_, i) => {
      const start = (i + family.skip) * side * side;
      let grid: Grid = { values: logits.subarray(start, start + side * side), width: side, height: side };
      if (family.fit === 'pad') grid = cut(resized(grid, family.frame, family.frame), inWidth, inHeight);
      return Uint8Array.from(resized(grid, width, height).values, (value) => (value > 0 ? 1 : 0));
    });
    return { masks, ious };
  };
}

interface Grid {
  readonly values: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

function cut({ values, width }: Grid, toWidth: number, toHeight: number): Grid {
  const part = Float64Array.from(
    { length: toWidth * toHeight },
    (_, i) => values[Math.floor(i / toWidth) * width + (i % toWidth)],
  );
  return { values: part, width: toWidth, height: toHeight };
}

/** Bilinear with half-pixel centres, as torch's `interpolate(..., align_corners=False)`. */
function resized({ values, width, height }: Grid, toWidth: number, toHeight: number): Grid {
  const tap = (o: number, inputs: number, outputs: number) => {
    const at = Math.max(0, ((o + 0.5) * inputs) / outputs - 0.5);
    const low = Math.min(inputs - 1, Math.floor(at));
    return { low, high: Math.min(inputs - 1, low + 1), share: at - low };
  };
  const columns = Array.from({ length: toWidth }, (_, x) => tap(x, width, toWidth));
  const result = new Float64Array(toWidth * toHeight);
  for (let y = 0; y < toHeight; y++) {
    const row = tap(y, height, toHeight);
    for (let x = 0; x < toWidth; x++) {
      const { low, high, share } = columns[x];
      const at = (line: number) => values[line * width + low] * (1 - share) + values[line * width + high] * share;
      result[y * toWidth + x] = at(row.low) * (1 - row.share) + at(row.high) * row.share;
    }
  }
  return { values: result, width: toWidth, height: toHeight };
}

import { resizeLikePil } from '../../image/pil-resize.js';
import type { RgbImage } from '../../sam/rgb-image.js';

/** Mean of each channel (R, G, B) in 0..255, as SAM was trained. */
const PIXEL_MEAN = [123.675, 116.28, 103.53] as const;
/** Standard deviation of each channel (R, G, B) in 0..255, as SAM was trained. */
const PIXEL_STD = [58.395, 57.12, 57.375] as const;

/** Size of an image inside the model's square frame. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The size that an image has inside the model's frame: long side `inputSize`, the other in proportion
 * (`ResizeLongestSide.get_preprocess_shape` of the reference).
 */
export function frameSizeOf(width: number, height: number, inputSize: number): FrameSize {
  const scale = inputSize / Math.max(width, height);
  // a 1 x 5000 image would round to 0 pixels
  const side = (length: number) => Math.max(1, Math.trunc(length * scale + 0.5));
  return { width: side(width), height: side(height) };
}

/**
 * The encoder's input for an image: resized as PIL does, normalised, zero-padded at the right and bottom.
 *
 * @returns [3, inputSize, inputSize], channel-major (NCHW without N).
 */
export function encoderInputOf(image: RgbImage, inputSize: number): Float32Array {
  const frame = frameSizeOf(image.width, image.height, inputSize);
  const { data } = resizeLikePil(image, frame.width, frame.height);
  const plane = inputSize * inputSize;
  const input = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    // 256 possible values: look them up
    const normalised = new Float32Array(256);
    for (let level = 0; level < 256; level++) normalised[level] = (level - PIXEL_MEAN[channel]) / PIXEL_STD[channel];
    for (let y = 0, p = channel; y < frame.height; y++) {
      const row = channel * plane + y * inputSize;
      for (let x = 0; x < frame.width; x++, p += 3) input[row + x] = normalised[data[p]];
    }
  }
  return input;
}

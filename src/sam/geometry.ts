/**
 * How a model sees an image: one record that travels with the model and with every encoded image, so that no size is written twice.
 *
 * @module
 */

/** The frame, the grids and the normalisation of a model. */
export interface ModelGeometry {
  /** Side of the square frame that the encoder sees, in pixels (1024 in SAM). */
  readonly frameSize: number;
  /**
   * How an image fills the frame.
   * - `pad`: its long side takes the whole frame, the rest is zero at the right and the bottom (SAM 1).
   * - `stretch`: both sides take the whole frame, whatever the image's proportions (SAM 2).
   */
  readonly fit: 'pad' | 'stretch';
  /** Image tokens along a side of the frame (64 in SAM). */
  readonly gridSize: number;
  /** Cells along a side of a low-res mask (256 in SAM). */
  readonly lowResSize: number;
  /**
   * How low-res logits become those of the image, bilinear either way.
   * - `through-frame`: to the frame, cut to the image, then to the image's size (SAM 1). `frameSize` is an even multiple of `lowResSize`.
   * - `direct`: at once (SAM 2).
   */
  readonly maskResize: 'through-frame' | 'direct';
  /** Mean of red, green and blue, 0 to 255, as the model was trained. */
  readonly pixelMean: readonly [number, number, number];
  /** Standard deviation of red, green and blue, 0 to 255, as the model was trained. */
  readonly pixelStd: readonly [number, number, number];
  /** Logits above this belong to the mask. */
  readonly maskThreshold: number;
}

/** SAM 1, as Meta published it (segment-anything, commit dca509f). */
export const SAM1_GEOMETRY: ModelGeometry = {
  frameSize: 1024,
  fit: 'pad',
  gridSize: 64,
  lowResSize: 256,
  maskResize: 'through-frame',
  pixelMean: [123.675, 116.28, 103.53],
  pixelStd: [58.395, 57.12, 57.375],
  maskThreshold: 0,
};

/** How models of SAM 2, and EfficientSAM, see images. */
export const SAM2_FIT: Pick<ModelGeometry, 'fit' | 'maskResize'> = { fit: 'stretch', maskResize: 'direct' };

/** Size of the part of the frame that an image takes, in pixels of the frame, from its top left. */
export interface FrameExtent {
  readonly width: number;
  readonly height: number;
}

/**
 * The part of the frame that an image of that size takes: for `pad` as `ResizeLongestSide.get_preprocess_shape` of the reference
 * rounds it, at least one pixel a side.
 *
 * @param width - of the image, in pixels
 * @param height - of the image, in pixels
 */
export function frameExtentOf({ frameSize, fit }: ModelGeometry, width: number, height: number): FrameExtent {
  if (fit === 'stretch') return { width: frameSize, height: frameSize };
  const scale = frameSize / Math.max(width, height);
  // an image of 1 x 5000 would round to 0 pixels
  const side = (length: number) => Math.max(1, Math.trunc(length * scale + 0.5));
  return { width: side(width), height: side(height) };
}

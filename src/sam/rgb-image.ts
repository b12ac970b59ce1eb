/** Size of an image. */
export interface ImageSize {
  /** Pixels, at least 1. */
  readonly width: number;
  /** Pixels, at least 1. */
  readonly height: number;
}

/** An upright 8-bit RGB image, row-major, 3 bytes a pixel, no padding. */
export interface RgbImage extends ImageSize {
  readonly data: Uint8Array | Uint8ClampedArray;
}

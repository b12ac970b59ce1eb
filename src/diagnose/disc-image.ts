import { maskRunsFromRowMajor } from '../mask/runs/dense-mask.js';
import type { MaskRuns } from '../mask/runs/mask-runs.js';
import type { RgbImage } from '../sam/rgb-image.js';

/** Pixels of an image with a disc. */
export interface DiscSize {
  readonly width: number;
  readonly height: number;
  readonly radius: number;
}

function isInDisc({ width, height, radius }: DiscSize, i: number): boolean {
  return Math.hypot((i % width) - width / 2, Math.floor(i / width) - height / 2) < radius;
}

/** A bright disc on a dark ground, in the middle. */
export function discImage(size: DiscSize): RgbImage {
  const { width, height } = size;
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data.set(isInDisc(size, i) ? [230, 180, 40] : [30, 60, 90], 3 * i);
  return { data, width, height };
}

/** The mask that is right for {@link discImage}. */
export function discMask(size: DiscSize): MaskRuns {
  const { width, height } = size;
  const dense = Uint8Array.from({ length: width * height }, (_, i) => (isInDisc(size, i) ? 1 : 0));
  return maskRunsFromRowMajor(dense, width, height);
}

import { maskColourOf } from '../../../sam/mask-colour.js';
import type { ImageSize } from '../../../sam/rgb-image.js';
import type { ReportMask } from '../../data/report-data.js';
import type { DecodedMask } from './decoded-mask.js';
import { type MaskRaster, maskRasterOf } from './mask-raster.js';
import { type PaintedMask, paintLit, paintMasks, type Rgb } from './paint-masks.js';

/** The colour of a mask: that of its place in its image, as `render` draws it. */
export function colourOf({ number }: ReportMask): Rgb {
  return maskColourOf(number - 1);
}

/** What CSS calls a colour. */
export function cssColourOf([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** The raster that each mask was drawn with last: a slider draws the same ones again and again. */
const rasters = new WeakMap<DecodedMask, { readonly size: ImageSize; readonly raster: MaskRaster }>();

function rasterOf(mask: DecodedMask, { width, height }: ImageSize): MaskRaster {
  const known = rasters.get(mask);
  if (known?.size.width === width && known.size.height === height) return known.raster;
  const raster = maskRasterOf(mask, { width, height });
  rasters.set(mask, { size: { width, height }, raster });
  return raster;
}

function lineWidthOf({ width, height }: ImageSize): number {
  return Math.max(1, Math.round(Math.max(width, height) / 700));
}

function draw(canvas: HTMLCanvasElement, paint: (pixels: ImageData) => void): void {
  const context = canvas.getContext('2d');
  if (!context || canvas.width === 0 || canvas.height === 0) return;
  const pixels = context.createImageData(canvas.width, canvas.height);
  paint(pixels);
  context.putImageData(pixels, 0, 0);
}

/** Draws masks over a canvas, the largest first, so that small ones stay to be seen. */
export function drawMasks<Mask extends ReportMask>(
  canvas: HTMLCanvasElement,
  masks: readonly DecodedMask<Mask>[],
  colour: (mask: Mask) => Rgb = colourOf,
): void {
  const painted = [...masks]
    .sort((a, b) => b.mask.area - a.mask.area)
    .map((mask): PaintedMask => ({ raster: rasterOf(mask, canvas), colour: colour(mask.mask) }));
  draw(canvas, (pixels) => paintMasks(pixels, painted, lineWidthOf(canvas)));
}

/** Draws one mask in the light; nothing without one. */
export function drawLit<Mask extends ReportMask>(
  canvas: HTMLCanvasElement,
  mask: DecodedMask<Mask> | undefined,
  colour: (mask: Mask) => Rgb = colourOf,
): void {
  draw(canvas, (pixels) => {
    if (!mask) return;
    paintLit(pixels, { raster: rasterOf(mask, canvas), colour: colour(mask.mask) }, lineWidthOf(canvas));
  });
}

import type { ImageSize } from '../../../sam/rgb-image.js';
import type { MaskRaster } from './mask-raster.js';

export type Rgb = readonly [red: number, green: number, blue: number];

/** A mask and how it is drawn. */
export interface PaintedMask {
  readonly raster: MaskRaster;
  readonly colour: Rgb;
}

/** The pixels of a canvas: red, green, blue, opacity, row after row. */
export interface CanvasPixels extends ImageSize {
  readonly data: Uint8ClampedArray;
}

/** Opacities, of 255. */
const [FILL, OUTLINE, SHADE] = [76, 235, 140];
const WHITE: Rgb = [255, 255, 255];

/**
 * Draws masks: a tint, and a line along the inside of its outline. What is drawn later covers what was drawn before.
 *
 * @param lineWidth - Pixels of the canvas.
 */
export function paintMasks(canvas: CanvasPixels, masks: readonly PaintedMask[], lineWidth: number): void {
  for (const { raster, colour } of masks) {
    eachPixel(raster, (place, x, y) => {
      set(canvas, x, y, colour, isEdge(raster, place, lineWidth) ? OUTLINE : FILL);
    });
  }
}

/** Shades everything but one mask, which stands in the light with a line of white and one of its colour around it. */
export function paintLit(canvas: CanvasPixels, { raster, colour }: PaintedMask, lineWidth: number): void {
  const shade = new DataView(new ArrayBuffer(4));
  shade.setUint8(3, SHADE);
  new Uint32Array(canvas.data.buffer).fill(new Uint32Array(shade.buffer)[0]);
  eachPixel(raster, (place, x, y) => {
    if (isEdge(raster, place, lineWidth)) set(canvas, x, y, WHITE, 255);
    else if (isEdge(raster, place, 2 * lineWidth)) set(canvas, x, y, colour, 255);
    else set(canvas, x, y, colour, 0);
  });
}

function eachPixel({ left, top, width, on }: MaskRaster, draw: (place: number, x: number, y: number) => void): void {
  for (let place = 0; place < on.length; place++) {
    if (on[place] === 1) draw(place, left + (place % width), top + Math.floor(place / width));
  }
}

/** Whether the mask ends within so many pixels, along one of the four directions. */
function isEdge({ on, width, height }: MaskRaster, place: number, distance: number): boolean {
  const x = place % width;
  const y = (place - x) / width;
  return (
    x < distance ||
    y < distance ||
    x + distance >= width ||
    y + distance >= height ||
    on[place - distance] === 0 ||
    on[place + distance] === 0 ||
    on[place - distance * width] === 0 ||
    on[place + distance * width] === 0
  );
}

function set({ data, width }: CanvasPixels, x: number, y: number, [red, green, blue]: Rgb, opacity: number): void {
  const p = 4 * (y * width + x);
  data[p] = red;
  data[p + 1] = green;
  data[p + 2] = blue;
  data[p + 3] = opacity;
}

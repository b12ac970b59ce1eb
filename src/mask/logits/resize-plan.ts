/**
 * The resize of low-res masks to an image, bilinear with `align_corners=false`, as tables that depend on the image's size alone.
 *
 * SAM 1 resizes twice: low-res grid -> model frame -> cut the padding -> image. Both resizes are composed into one here.
 *
 * With a frame `r` times the grid (4 for SAM), the first resize is linear along an axis except for kinks. Between frame
 * positions `r*j + r/2` and `r*j + 3r/2 - 1` it blends cells j and j+1 only ("inside"); in the one step before, from
 * `r*j + r/2 - 1` to `r*j + r/2`, it is the chord between a blend of j-1, j and a blend of j, j+1 ("corner"). The second
 * resize only asks for positions in between. So an output pixel lies on one straight piece per axis, and reads at most
 * three cells per axis. Corner and inside of cell j together are "unit" j: all of its pixels read cells j-1, j, j+1.
 *
 * SAM 2 resizes once, low-res grid -> image: then every output lies inside, between the centres of two cells.
 *
 * @module
 */

import { frameExtentOf, type ModelGeometry, SAM1_GEOMETRY } from '../../sam/geometry.js';

/** One axis of a {@link ResizePlan}. "Output" is a pixel column or row of the image. */
export interface ResizeAxis {
  /** Pixels of the image along this axis. */
  readonly outputs: number;
  /** Low-res cells that the outputs read. */
  readonly cells: number;
  /** Units with outputs or before ones with outputs: `cells` or one less. */
  readonly units: number;
  /** [units + 1] first output of each unit; unit j holds outputs `unitStart[j]` up to `unitStart[j + 1]`. */
  readonly unitStart: Int32Array;
  /** [units] first output of each unit that lies inside; those before it lie on the corner. */
  readonly insideStart: Int32Array;
  /** [outputs] where an output lies on its straight piece, 0 (start) to 1 (end), never falling within a piece. */
  readonly fraction: Float64Array;
  /** Outputs per whole corner piece, fractional: a first guess for where a value is crossed. */
  readonly outputsPerCorner: number;
  /** Outputs per whole inside piece, fractional. */
  readonly outputsPerInside: number;
}

/** Both axes of an image's (or crop's) resize, made once per size. */
export interface ResizePlan {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Cell columns read, at most the low-res size: a decoder needs to compute no others. */
  readonly cellsWide: number;
  /** Cell rows read, at most the low-res size. */
  readonly cellsHigh: number;
  /** Weight of the next cell at the start of an inside piece: 0.125 for SAM 1, 0 for one resize. Its end has `1 - kink`. */
  readonly kink: number;
  readonly x: ResizeAxis;
  readonly y: ResizeAxis;
}

/** Options of {@link createResizePlan}. */
export interface ResizePlanOptions {
  /** Width of the image or crop, pixels. */
  readonly width: number;
  /** Height of the image or crop, pixels. */
  readonly height: number;
  /** How the model sees images. @default SAM 1 */
  readonly geometry?: ModelGeometry;
}

/**
 * Plans the resize of low-res masks to an image.
 *
 * @throws RangeError when a size is not a whole number of at least 1, or a frame that masks are resized through is no even multiple
 * of the low-res size.
 */
export function createResizePlan({ width, height, geometry = SAM1_GEOMETRY }: ResizePlanOptions): ResizePlan {
  const { frameSize, lowResSize, maskResize } = geometry;
  for (const [name, value] of Object.entries({ width, height, frameSize, lowResSize })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`Expected a whole number of at least 1 for ${name} but received ${value}`);
    }
  }
  const extent = frameExtentOf(geometry, width, height);
  if (maskResize === 'direct') {
    const x = planDirectAxis(width, (lowResSize * extent.width) / frameSize, lowResSize);
    const y = planDirectAxis(height, (lowResSize * extent.height) / frameSize, lowResSize);
    return { width, height, cellsWide: x.cells, cellsHigh: y.cells, kink: 0, x, y };
  }
  const ratio = frameSize / lowResSize;
  if (ratio % 2 !== 0) {
    throw new RangeError(`Expected frameSize to be an even multiple of ${lowResSize} but received ${frameSize}`);
  }
  const x = planAxis(width, extent.width, ratio, lowResSize);
  const y = planAxis(height, extent.height, ratio, lowResSize);
  return { width, height, cellsWide: x.cells, cellsHigh: y.cells, kink: 0.5 / ratio, x, y };
}

/** One resize: an output lies between the centres of two cells, and no unit has a corner. `covered` cells show the image. */
function planDirectAxis(outputs: number, covered: number, lowResSize: number): ResizeAxis {
  const { fround } = Math;
  const step = fround(covered / outputs);
  const last = Math.min(lowResSize, Math.ceil(covered)) - 1;
  const fraction = new Float64Array(outputs);
  const unitOf = new Int32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    const position = Math.min(last, Math.max(0, fround(fround(step * fround(o + 0.5)) - 0.5)));
    unitOf[o] = Math.floor(position);
    fraction[o] = position - unitOf[o];
  }
  const units = unitOf[outputs - 1] + 1;
  const unitStart = new Int32Array(units + 1).fill(outputs);
  for (let o = outputs - 1; o >= 0; o--) unitStart[unitOf[o]] = o;
  // units without outputs begin where the next one does
  for (let unit = units - 1; unit >= 0; unit--) if (unitStart[unit] === outputs) unitStart[unit] = unitStart[unit + 1];
  return {
    outputs,
    cells: Math.min(last + 1, units + 1),
    units,
    unitStart,
    insideStart: unitStart.slice(0, units),
    fraction,
    outputsPerCorner: outputs / covered,
    outputsPerInside: outputs / covered,
  };
}

function planAxis(outputs: number, frame: number, ratio: number, lowResSize: number): ResizeAxis {
  const { fround } = Math;
  const half = ratio / 2;
  const fraction = new Float64Array(outputs);
  const unitOf = new Int32Array(outputs);
  const onCorner = new Uint8Array(outputs);
  // positions are rounded to float32 where pytorch rounds them, so that fractions agree with the reference's
  const step = fround(frame / outputs);
  for (let o = 0; o < outputs; o++) {
    const position = Math.min(frame - 1, Math.max(0, fround(fround(step * fround(o + 0.5)) - 0.5)));
    // before the first kink the resize is constant: that is the start of unit 0, whose cell -1 is cell 0 again
    const unit = Math.max(0, Math.floor((position - half + 1) / ratio));
    const along = Math.max(0, position - (ratio * unit + half - 1));
    unitOf[o] = unit;
    onCorner[o] = along < 1 ? 1 : 0;
    fraction[o] = along < 1 ? along : (along - 1) / (ratio - 1);
  }

  const units = unitOf[outputs - 1] + 1;
  const unitStart = new Int32Array(units + 1);
  const insideStart = new Int32Array(units);
  let o = 0;
  for (let unit = 0; unit < units; unit++) {
    unitStart[unit] = o;
    while (o < outputs && unitOf[o] === unit && onCorner[o] === 1) o++;
    insideStart[unit] = o;
    while (o < outputs && unitOf[o] === unit) o++;
  }
  unitStart[units] = outputs;
  return {
    outputs,
    cells: Math.min(lowResSize, units + 1),
    units,
    unitStart,
    insideStart,
    fraction,
    outputsPerCorner: outputs / frame,
    outputsPerInside: ((ratio - 1) * outputs) / frame,
  };
}

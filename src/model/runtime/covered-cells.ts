/**
 * How many low-res cells along one side an image can read.
 *
 * Masks are resized bilinearly to the frame (4 pixels a cell, half-pixel centres) and the padding is cut. The last pixel
 * that is kept reads the cell it is in and, when it is past that cell's centre, the next one.
 *
 * @param inputSide - Pixels of the image along this side, inside the frame that the encoder sees.
 * @param lowResSide - Cells of a whole mask along this side.
 */
export function coveredCells(inputSide: number, lowResSide: number): number {
  const lastSource = (inputSide - 0.5) / PIXELS_PER_CELL - 0.5;
  return Math.min(lowResSide, Math.floor(lastSource) + 2);
}

/** Frame pixels along a side of a low-res cell, in every SAM-1: a patch of 16 pixels is upscaled to 4 cells. */
export const PIXELS_PER_CELL = 4;

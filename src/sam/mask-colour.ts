/** Red, green, blue in 0..255. */
type Rgb = readonly [number, number, number];

/** Successive multiples of the golden angle are the hues that stay farthest apart for any number of masks. */
const GOLDEN_ANGLE = 137.50776405;

function rgbOfHsv(hue: number, saturation: number, value: number): Rgb {
  const channel = (n: number) => {
    const k = (n + hue / 60) % 6;
    return Math.round(255 * (value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1))));
  };
  return [channel(5), channel(3), channel(1)];
}

/**
 * The colour of a mask, by its place in the file: the same at each run, and unlike its neighbours'.
 *
 * @param index - 0-based.
 */
export function maskColourOf(index: number): Rgb {
  const hue = (index * GOLDEN_ANGLE + 210) % 360;
  // three rounds of saturation and value tell apart hues that come close after many masks
  const saturation = [0.85, 0.6, 0.95][index % 3];
  const value = [1, 0.95, 0.8][Math.floor(index / 3) % 3];
  return rgbOfHsv(hue, saturation, value);
}

/** Black or white, whichever differs more in brightness from a colour (weights of Rec. 601). */
export function contrastOf([r, g, b]: Rgb): Rgb {
  return 0.299 * r + 0.587 * g + 0.114 * b > 127 ? [0, 0, 0] : [255, 255, 255];
}

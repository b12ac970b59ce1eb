/** Where an image lies on a map. */
export interface MapPlacement {
  /** Of a point x, y in pixels (0, 0 is the upper left corner of the first pixel): a x + b y + c, d x + e y + f. */
  readonly affine: readonly [a: number, b: number, c: number, d: number, e: number, f: number];
  /** EPSG code of the map's coordinate system; none where it has no code. */
  readonly epsg?: number;
}

/** A point of the image on the map. */
export function mapPointOf({ affine }: MapPlacement, x: number, y: number): [x: number, y: number] {
  const [a, b, c, d, e, f] = affine;
  return [a * x + b * y + c, d * x + e * y + f];
}

/**
 * Where the generator looks: overlapping crops, more and smaller ones in every layer.
 *
 * @module
 */

/** A part of the image that goes through the encoder by itself. */
export interface CropBox {
  /** [x0, y0, x1, y1] in pixels of the image, x1 and y1 exclusive. */
  readonly boxXyxy: readonly [x0: number, y0: number, x1: number, y1: number];
  /** 0 for the whole image; layer i has 2^i crops a side. */
  readonly layer: number;
}

/**
 * The whole image, then the crops of every layer, column after column (`generate_crop_boxes` of the reference).
 *
 * A crop that would have no pixels, as in images of a few pixels, is left out; the reference fails there.
 *
 * @param width - of the image, in pixels
 * @param height - of the image, in pixels
 * @param cropNLayers - layers beyond the whole image, at least 0
 * @param cropOverlapRatio - overlap as a fraction of the image's short side in layer 1, halved with every further layer; 0 to 1
 */
export function cropBoxesOfImage(
  width: number,
  height: number,
  cropNLayers: number,
  cropOverlapRatio: number,
): CropBox[] {
  const crops: CropBox[] = [{ boxXyxy: [0, 0, width, height], layer: 0 }];
  for (let layer = 1; layer <= cropNLayers; layer++) {
    const cropsPerSide = 2 ** layer;
    const overlap = Math.trunc(cropOverlapRatio * Math.min(height, width) * (2 / cropsPerSide));
    const cropWidth = Math.ceil((overlap * (cropsPerSide - 1) + width) / cropsPerSide);
    const cropHeight = Math.ceil((overlap * (cropsPerSide - 1) + height) / cropsPerSide);
    for (let column = 0; column < cropsPerSide; column++) {
      const x0 = (cropWidth - overlap) * column;
      const x1 = Math.min(x0 + cropWidth, width);
      for (let row = 0; row < cropsPerSide; row++) {
        const y0 = (cropHeight - overlap) * row;
        const y1 = Math.min(y0 + cropHeight, height);
        if (x0 < x1 && y0 < y1) crops.push({ boxXyxy: [x0, y0, x1, y1], layer });
      }
    }
  }
  return crops;
}

import { randomInteger } from './seeded-random.js';

/** A dense mask (one byte a pixel, 0 or 1) where every pixel is foreground with probability `density`. */
export function randomSpeckle(random: () => number, pixelCount: number, density: number): Uint8Array {
  return Uint8Array.from({ length: pixelCount }, () => (random() < density ? 1 : 0));
}

/** A dense row-major mask of overlapping ellipses, some of them punched out: regions and holes of many sizes. */
export function randomBlobs(random: () => number, width: number, height: number, blobCount: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let blob = 0; blob < blobCount; blob++) {
    const value = random() < 0.65 ? 1 : 0;
    const centreX = randomInteger(random, 0, width - 1);
    const centreY = randomInteger(random, 0, height - 1);
    const radiusX = 1 + random() * (width / 4);
    const radiusY = 1 + random() * (height / 4);
    const left = Math.max(0, Math.ceil(centreX - radiusX));
    const right = Math.min(width - 1, Math.floor(centreX + radiusX));
    for (let x = left; x <= right; x++) {
      const reach = radiusY * Math.sqrt(1 - ((x - centreX) / radiusX) ** 2);
      const top = Math.max(0, Math.ceil(centreY - reach));
      const bottom = Math.min(height - 1, Math.floor(centreY + reach));
      for (let y = top; y <= bottom; y++) mask[y * width + x] = value;
    }
  }
  return mask;
}

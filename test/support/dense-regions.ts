/**
 * Small regions the plain way, on dense row-major masks: what src/mask/runs/small-regions.ts is tested and timed against.
 */

/** 8-connected labels from 1 up, in no particular order, and the pixels of each; 0 where the mask is not `value`. */
function labelledComponents(mask: Uint8Array, width: number, height: number, value: 0 | 1) {
  const labels = new Int32Array(width * height);
  const parents = [0];
  const find = (label: number) => {
    let at = label;
    while (parents[at] !== at) at = parents[at] = parents[parents[at]];
    return at;
  };
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (mask[at] !== value) continue;
      const west = x > 0 ? labels[at - 1] : 0;
      const north = y > 0 ? labels[at - width] : 0;
      const northWest = y > 0 && x > 0 ? labels[at - width - 1] : 0;
      const northEast = y > 0 && x < width - 1 ? labels[at - width + 1] : 0;
      let label = north || northWest || west;
      if (!label && !northEast) {
        label = parents.length;
        parents.push(label);
      } else if (label && !north && northEast) {
        // only the north-east neighbour can bring a component that the others do not touch
        const a = find(label);
        const b = find(northEast);
        parents[Math.max(a, b)] = Math.min(a, b);
      } else if (!label) {
        label = northEast;
      }
      labels[at] = label;
    }
  }
  const areas = new Array<number>(parents.length).fill(0);
  for (let at = 0; at < labels.length; at++) {
    if (labels[at] === 0) continue;
    labels[at] = find(labels[at]);
    areas[labels[at]]++;
  }
  return { labels, areas };
}

function recoloured(mask: Uint8Array, width: number, height: number, minArea: number, value: 0 | 1) {
  const { labels, areas } = labelledComponents(mask, width, height, value);
  if (!areas.some((area) => area > 0 && area < minArea)) return { mask, changed: false };
  const stays = areas.map((area) => area >= minArea);
  if (value === 1 && !stays.includes(true)) stays[firstOfTheLargest(labels, areas, width, height)] = true;
  return { mask: mask.map((old, at) => (labels[at] !== 0 && !stays[labels[at]] ? 1 - value : old)), changed: true };
}

/** Among the largest components the one met first when blocks of 2 x 2 pixels are scanned row by row, as OpenCV does. */
function firstOfTheLargest(labels: Int32Array, areas: number[], width: number, height: number): number {
  const largest = areas.reduce((a, b) => Math.max(a, b), 0);
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      for (const [dx, dy] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        if (x + dx >= width || y + dy >= height) continue;
        const label = labels[(y + dy) * width + x + dx];
        if (label !== 0 && areas[label] === largest) return label;
      }
    }
  }
  return 0;
}

/** Holes of fewer than `minArea` pixels filled, then islands of fewer dropped, 8-connected; the largest stays. */
export function denseWithoutSmallRegions(mask: Uint8Array, width: number, height: number, minArea: number) {
  const filled = recoloured(mask, width, height, minArea, 0);
  const cleaned = recoloured(filled.mask, width, height, minArea, 1);
  return { mask: cleaned.mask, changed: filled.changed || cleaned.changed };
}

/** Pixels of the largest 8-connected component. */
export function denseLargestComponentArea(mask: Uint8Array, width: number, height: number): number {
  return labelledComponents(mask, width, height, 1).areas.reduce((largest, area) => Math.max(largest, area), 0);
}

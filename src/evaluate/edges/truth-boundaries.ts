import { SamError } from '../../errors.js';
import { type TruthAnnotation, type TruthImage, truthSegmentOf } from '../../formats/coco/read-ground-truth.js';
import type { MaskRuns } from '../../mask/runs/mask-runs.js';
import type { BinaryMap } from './binary-map.js';
import { thinnedMap } from './thinned-map.js';

/**
 * Where each person who drew segments of an image saw boundaries: `seg2bmap` of the Berkeley benchmark, made one pixel wide. Annotations
 * of one `annotator` are one segmentation; of segments that overlap the later one has the pixels; what no segment covers is one more.
 *
 * @returns a map a person; none for an image without annotations
 * @throws SamError `malformed-rle`, `bad-mask-size`, `bad-prompt` for a mask of another size than the image's.
 */
export function truthBoundariesOf(truth: TruthImage): BinaryMap[] {
  const byPerson = new Map<number | string | undefined, TruthAnnotation[]>();
  for (const annotation of truth.annotations) {
    const others = byPerson.get(annotation.annotator);
    if (others) others.push(annotation);
    else byPerson.set(annotation.annotator, [annotation]);
  }
  return [...byPerson.values()].map((annotations) => thinnedMap(boundariesOf(labelsOf(annotations, truth), truth)));
}

/** [height, width] the number of each pixel's segment, from 1. */
function labelsOf(annotations: readonly TruthAnnotation[], truth: TruthImage): Uint32Array {
  const labels = new Uint32Array(truth.width * truth.height);
  for (const [i, annotation] of annotations.entries())
    paint(labels, truthSegmentOf(annotation, truth).mask, truth, i + 1);
  return labels;
}

function paint(labels: Uint32Array, mask: MaskRuns, { width, height, fileName }: TruthImage, label: number): void {
  if (mask.width !== width || mask.height !== height) {
    const received = `${mask.width} x ${mask.height}`;
    throw new SamError(
      'bad-prompt',
      `Expected segments of ${width} x ${height} for ${fileName} but received ${received}`,
    );
  }
  const { runsColumnMajor } = mask;
  for (let run = 1, at = runsColumnMajor[0]; run < runsColumnMajor.length; run += 2) {
    const end = at + runsColumnMajor[run];
    for (; at < end; at++) labels[(at % height) * width + Math.floor(at / height)] = label;
    at += runsColumnMajor[run + 1] ?? 0;
  }
}

/** Pixels that differ from the pixel right of them, below them or at both. */
function boundariesOf(labels: Uint32Array, { width, height }: TruthImage): BinaryMap {
  const data = new Uint8Array(labels.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const right = x < width - 1 ? 1 : 0;
      const below = y < height - 1 ? width : 0;
      const own = labels[at];
      // in the last row and column there is but one neighbour to differ from
      const isBoundary = own !== labels[at + right] || own !== labels[at + below] || own !== labels[at + right + below];
      data[at] = isBoundary ? 1 : 0;
    }
  }
  return { width, height, data };
}

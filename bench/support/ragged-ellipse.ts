import { type MaskRuns, maskRuns } from '../../src/mask/runs/mask-runs.js';

/** What is drawn: an ellipse, as wide as it is high, in an image. */
export interface RaggedEllipse {
  readonly width: number;
  readonly height: number;
  readonly centreX: number;
  readonly centreY: number;
  readonly radius: number;
  /** Pixels by which its outline wavers. */
  readonly raggedness: number;
}

/** An ellipse with a ragged outline: two runs a column where it is. */
export function raggedEllipse(random: () => number, ellipse: RaggedEllipse): MaskRuns {
  const { width, height, centreX, centreY, radius, raggedness } = ellipse;
  const runs: number[] = [0];
  let at = 0;
  for (let x = Math.max(0, centreX - radius); x < Math.min(width, centreX + radius); x++) {
    const reach = radius * Math.sqrt(1 - ((x - centreX) / radius) ** 2);
    const top = Math.max(0, Math.floor(centreY - reach + raggedness * random()));
    const bottom = Math.min(height - 1, Math.floor(centreY + reach - raggedness * random()));
    if (bottom <= top) continue;
    const start = x * height + top;
    if (runs.length === 1) runs[0] = start;
    else runs.push(start - at);
    runs.push(bottom - top);
    at = start + bottom - top;
  }
  runs.push(width * height - at);
  return maskRuns(width, height, runs);
}

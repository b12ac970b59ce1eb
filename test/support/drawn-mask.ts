import { maskRunsFromRowMajor } from '../../src/mask/runs/dense-mask.js';
import type { MaskRuns } from '../../src/mask/runs/mask-runs.js';

/** A mask drawn row by row, '#' foreground and '.' background. */
export function drawn(...rows: string[]): MaskRuns {
  const dense = Uint8Array.from(rows.join(''), (character) => (character === '#' ? 1 : 0));
  return maskRunsFromRowMajor(dense, rows[0].length, rows.length);
}

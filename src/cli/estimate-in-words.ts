import type { RunEstimate } from '../diagnose/estimate-run.js';
import { bytesInWords, durationInWords } from './in-words.js';
import { shownLines } from './shown.js';

/** What a run will take, for a person. */
export function estimateInWords(estimate: RunEstimate, out: string): string {
  const { images, settled_before, remaining, tried, tried_failed, workers, threads, seconds, bytes, disk_free } =
    estimate;
  const lines = [`${images} images, ${settled_before} settled before, ${remaining} to do`];
  if (remaining > 0) {
    lines.push(
      `about ${durationInWords(seconds)}: ${estimate.images_per_hour.toFixed(0)} images an hour with --workers ${workers} --threads ${threads}`,
      `about ${bytesInWords(bytes)} in ${out}${disk_free === null ? '' : `, ${bytesInWords(disk_free)} free there`}`,
      `tried ${tried} of them${tried_failed > 0 ? `, ${tried_failed} failed` : ''}; nothing was kept`,
    );
    if (disk_free !== null && bytes > disk_free) lines.push('NOT ENOUGH ROOM: choose another disk for --out');
  }
  return shownLines(lines);
}

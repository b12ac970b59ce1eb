import type { RunEstimate } from '../diagnose/estimate-run.js';

/** A span of time as people say it. */
export function durationInWords(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${(hours / 24).toFixed(1)} days`;
}

/** Bytes as people say them. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** What a run will take, for a person. */
export function estimateInWords(estimate: RunEstimate, out: string): string {
  const { images, settled_before, remaining, tried, tried_failed, workers, threads, seconds, bytes, disk_free } =
    estimate;
  const lines = [`${images} images, ${settled_before} settled before, ${remaining} to do`];
  if (remaining > 0) {
    lines.push(
      `about ${durationInWords(seconds)}: ${estimate.images_per_hour.toFixed(0)} images an hour with --workers ${workers} --threads ${threads}`,
      `about ${bytesInWords(bytes)} in ${out}, ${bytesInWords(disk_free)} free there`,
      `tried ${tried} of them${tried_failed > 0 ? `, ${tried_failed} failed` : ''}; nothing was kept`,
    );
    if (bytes > disk_free) lines.push('NOT ENOUGH ROOM: choose another disk for --out');
  }
  return `${lines.join('\n')}\n`;
}

/** Median milliseconds of `repeats` calls, after one that warms up. */
export function medianMilliseconds(repeats: number, call: () => unknown): number {
  call();
  const times = Array.from({ length: repeats }, () => {
    const start = performance.now();
    call();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return times[Math.floor(repeats / 2)];
}

/** One line of a benchmark: what was timed and how long it took. */
export function report(what: string, milliseconds: number): void {
  process.stdout.write(`  ${what.padEnd(60)} ${milliseconds.toFixed(3).padStart(10)} ms\n`);
}

/** Milliseconds of a frame that drawing in the background may take. */
const BUDGET = 8;
const waiting = new Set<() => void>();
let isScheduled = false;

function work(): void {
  isScheduled = false;
  const start = performance.now();
  for (const task of waiting) {
    waiting.delete(task);
    task();
    if (performance.now() - start > BUDGET) break;
  }
  if (waiting.size > 0) schedule();
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(work);
}

/** Does a task in one of the next frames, so that none takes long. @returns what takes it back. */
export function whenIdle(task: () => void): () => void {
  waiting.add(task);
  schedule();
  return () => waiting.delete(task);
}

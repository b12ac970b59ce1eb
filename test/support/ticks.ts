import type { TestContext } from 'node:test';

/** Counts how often a timer of this thread fires until the test ends. */
export function ticksOf(context: TestContext, milliseconds: number): { readonly count: number } {
  const ticks = { count: 0 };
  const timer = setInterval(() => {
    ticks.count++;
  }, milliseconds);
  context.after(() => clearInterval(timer));
  return ticks;
}

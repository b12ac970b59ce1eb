import cliProgress from 'cli-progress';
import { LONGEST_BAR } from './progress-line.js';
import type { TerminalLine } from './terminal-line.js';

/**
 * A bar on the last line of a terminal, at 0 of 0.
 *
 * @param textOf - The line: for so many characters of room, with what draws a bar of so many characters.
 */
export function terminalBar(
  line: TerminalLine,
  textOf: (room: number, barOf: (length: number) => string) => string,
): cliProgress.SingleBar {
  const options = {
    // cli-progress takes it, its types do not say so
    terminal: line,
    format: (styles: cliProgress.Options, { progress: share, maxWidth }: cliProgress.Params) => {
      const barOf = (barsize: number) => cliProgress.Format.BarFormat(share, { ...styles, barsize });
      // the last column stays free: a terminal may break the line behind it
      return textOf(maxWidth - 1, barOf);
    },
    barsize: LONGEST_BAR,
    fps: 10,
    synchronousUpdate: false,
    clearOnComplete: true,
    emptyOnZero: true,
    // the terminal line sees to it
    linewrap: true,
    // the run decides when to stop; a bar that eats Ctrl-C would not
    gracefulExit: false,
  } satisfies cliProgress.Options & { terminal: TerminalLine };
  const bar = new cliProgress.SingleBar(options);
  bar.start(0, 0);
  return bar;
}

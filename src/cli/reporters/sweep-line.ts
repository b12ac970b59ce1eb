import type { TextStream } from '../command-context.js';
import { counted } from '../in-words.js';
import type { ReporterOptions } from './reporter-for.js';
import { TerminalLine } from './terminal-line.js';

/** Shows how many images all settings were tried on: a line on a terminal that is drawn over, nothing elsewhere. */
export function sweepLine({ quiet, logFormat }: Pick<ReporterOptions, 'quiet' | 'logFormat'>, stream: TextStream) {
  const isShown = !quiet && logFormat === 'text' && stream.isTTY;
  const line = isShown ? new TerminalLine(stream) : undefined;
  return {
    onSweep: (images: number, total: number): void =>
      line?.write(`Trying settings: ${images} of ${counted(total, 'image')}`),
    close: (): void => line?.clearLine(),
  };
}

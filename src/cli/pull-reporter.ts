import type { PullEvent } from '../model/catalogue/hub/pull.js';
import type { TextStream } from './command-context.js';

/** Milliseconds between two lines of progress on a terminal, and elsewhere. */
const [ON_TERMINAL, ELSEWHERE] = [200, 5000];

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Shows a download: one line that is written over on a terminal, a line now and then elsewhere. */
export function pullReporter(stderr: TextStream, quiet: boolean) {
  let shown = performance.now();
  let isOpen = false;
  const close = () => {
    if (isOpen) stderr.write('\n');
    isOpen = false;
  };
  const say = (message: string) => {
    close();
    stderr.write(`${message}\n`);
  };
  const progress = ({ path, done, bytes }: Extract<PullEvent, { kind: 'progress' }>) => {
    const now = performance.now();
    if (quiet || now - shown < (stderr.isTTY ? ON_TERMINAL : ELSEWHERE)) return;
    shown = now;
    const line = `${path}  ${megabytes(done)} of ${megabytes(bytes)}  ${Math.floor((100 * done) / bytes)}%`;
    if (!stderr.isTTY) return say(line);
    stderr.write(`\r${line}\u001b[K`);
    isOpen = true;
  };
  const onEvent = (event: PullEvent) => {
    if (event.kind === 'progress') return progress(event);
    if (event.kind === 'waiting') return say(event.message);
    if (quiet) return;
    if (event.kind === 'present') return say(`${event.path}  ${megabytes(event.bytes)}  already here`);
    say(`${event.path}  ${megabytes(event.bytes)}  sha256 ${event.sha256} verified`);
  };
  return { onEvent, onRetry: say, close };
}

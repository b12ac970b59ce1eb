import type { PullEvent } from '../model/catalogue/hub/pull.js';
import type { TextStream } from './command-context.js';
import { bytesInWords } from './in-words.js';
import { shown, shownLines } from './shown.js';

/** Milliseconds between two lines of progress on a terminal, and elsewhere. */
const [ON_TERMINAL, ELSEWHERE] = [200, 5000];

/** Shows a download: one line that is written over on a terminal, a line now and then elsewhere. */
export function pullReporter(stderr: TextStream, quiet: boolean) {
  let saidAt = performance.now();
  let isOpen = false;
  const close = () => {
    if (isOpen) stderr.write('\n');
    isOpen = false;
  };
  const say = (message: string) => {
    close();
    stderr.write(shownLines([message]));
  };
  const progress = ({ path, done, bytes }: Extract<PullEvent, { kind: 'progress' }>) => {
    const now = performance.now();
    if (quiet || now - saidAt < (stderr.isTTY ? ON_TERMINAL : ELSEWHERE)) return;
    saidAt = now;
    const line = `${path}  ${bytesInWords(done)} of ${bytesInWords(bytes)}  ${Math.floor((100 * done) / bytes)}%`;
    if (!stderr.isTTY) return say(line);
    stderr.write(`\r${shown(line)}\u001b[K`);
    isOpen = true;
  };
  const onEvent = (event: PullEvent) => {
    if (event.kind === 'progress') return progress(event);
    if (event.kind === 'waiting') return say(event.message);
    if (quiet) return;
    if (event.kind === 'present') return say(`${event.path}  ${bytesInWords(event.bytes)}  already here`);
    say(`${event.path}  ${bytesInWords(event.bytes)}  sha256 ${event.sha256} verified`);
  };
  return { onEvent, onRetry: say, close };
}

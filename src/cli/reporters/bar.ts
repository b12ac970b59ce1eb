import cliProgress from 'cli-progress';
import type { RunListener } from '../../dataset/scheduler/events.js';
import { type LogLevel, linesOf } from './text.js';

/** Points answered move the bar within an image, so that a single one moves too. */
const STEPS_PER_IMAGE = 1000;

/** A bar on a terminal; failures, notices and the summary stand above it as lines. */
export function barReporter(terminal: NodeJS.WriteStream, level: LogLevel): RunListener {
  const bar = new cliProgress.SingleBar({
    stream: terminal,
    format: '{bar} {images}/{of} images | {masks} masks | {rate} | {failures} failed | {elapsed} | ETA {left}{crop}',
    hideCursor: true,
    clearOnComplete: true,
    // the run decides when to stop; a bar that eats Ctrl-C would not
    gracefulExit: false,
    barsize: 30,
  });
  const partial = new Map<string, number>();
  const count = { images: 0, masks: 0, failures: 0 };
  let of = 0;
  let crop = '';
  let startedAt = 0;

  const clock = (seconds: number) => {
    const whole = Math.round(seconds);
    const h = Math.floor(whole / 3600);
    const mm = String(Math.floor(whole / 60) % 60).padStart(2, '0');
    return `${h > 0 ? `${h}:` : ''}${mm}:${String(whole % 60).padStart(2, '0')}`;
  };

  function draw(): void {
    let steps = (count.images + count.failures) * STEPS_PER_IMAGE;
    for (const share of partial.values()) steps += share * STEPS_PER_IMAGE;
    const seconds = (performance.now() - startedAt) / 1000;
    const left = steps > 0 ? clock((seconds * (of * STEPS_PER_IMAGE - steps)) / steps) : '--:--';
    bar.update(Math.floor(steps), { ...count, of, elapsed: clock(seconds), left, crop });
  }

  function print(lines: readonly string[]): void {
    if (lines.length === 0) return;
    // clear the bar's line, print, and let the next drawing bring it back below
    terminal.write('\r\x1b[2K');
    for (const line of lines) terminal.write(`${line}\n`);
  }

  return (event) => {
    if (event.event === 'planning' || event.event === 'loading_model') return;
    if (event.event === 'run_started') {
      of = event.images;
      startedAt = performance.now();
      bar.start(of * STEPS_PER_IMAGE, 0, { ...count, of, elapsed: '00:00', left: '--:--', crop });
      return;
    }
    if (event.event === 'image_progress') partial.set(event.image, event.points / event.total_points);
    if (event.event === 'image_crop') crop = ` | crop ${event.crop} of ${event.crops}`;
    if (event.event === 'image_done') {
      partial.delete(event.image);
      crop = '';
      count.images++;
      count.masks += event.masks;
    }
    if (event.event === 'image_failed') {
      partial.delete(event.image);
      crop = '';
      count.failures++;
    }
    if (event.event === 'run_finished') bar.stop();
    const isQuietDetail = event.event === 'image_crop' || (event.event === 'image_done' && level !== 'debug');
    if (!isQuietDetail) print(linesOf(event, level));
    if (event.event !== 'run_finished') draw();
  };
}

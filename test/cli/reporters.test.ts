import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { barReporter } from '../../src/cli/reporters/bar.js';
import type { Reporter } from '../../src/cli/reporters/reporter.js';
import { reporterFor } from '../../src/cli/reporters/reporter-for.js';
import type { RunEvent } from '../../src/dataset/scheduler/events.js';
import { Terminal } from '../support/terminal.js';

const stages = { encode: 0.5, decode: 2, select: 0.25, finish: 0.125 };
const started = (images: number): RunEvent => ({
  event: 'run_started',
  images,
  settled_before: 0,
  workers: 2,
  threads: 1,
});
const done = (image: string, masks: number): RunEvent => ({
  event: 'image_done',
  image,
  output: `out/${image}.json`,
  masks,
  prompts: 256,
  seconds: 3,
  stages,
});
const failed = (image: string): RunEvent => ({
  event: 'image_failed',
  image,
  code: 'empty-file',
  reason: `Expected an image but ${image} has 0 bytes`,
});
const finished = (summary: Partial<Extract<RunEvent, { event: 'run_finished' }>>): RunEvent => ({
  event: 'run_finished',
  images: 2,
  masks: 30,
  prompts: 512,
  failures: 0,
  done_before: 0,
  failed_before: 0,
  seconds: 6,
  seconds_per_image: 3,
  interrupted: false,
  too_many_failures: false,
  ...summary,
});

describe('the bar on a terminal', () => {
  const usual = { level: 'info', out: 'out' } as const;
  let terminal: Terminal;
  let reporter: Reporter;
  let time: number;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    time = 0;
  });
  afterEach(() => {
    mock.timers.reset();
    reporter.close();
  });

  function open(columns: number, options: Partial<Parameters<typeof barReporter>[1]> = {}): void {
    terminal = new Terminal(columns);
    reporter = barReporter(terminal, { ...usual, now: () => time, ...options });
  }

  function pass(milliseconds: number): void {
    for (let i = 0; i < milliseconds; i += 10) {
      time += 10;
      mock.timers.tick(10);
    }
  }

  function hear(...events: readonly RunEvent[]): void {
    for (const event of events) reporter.onEvent(event);
  }

  /** Twelve images, four done and one failed after a minute, one in work with crops. */
  function halfway(columns: number): void {
    open(columns);
    hear({ event: 'planning', images: 12 }, { event: 'loading_model' }, started(12));
    hear({ event: 'image_started', image: 'a.png' }, { event: 'image_started', image: 'b.png' });
    pass(60_000);
    hear(done('a.png', 21), done('c.png', 40), done('d.png', 9), done('e.png', 30), failed('f.png'));
    hear({ event: 'image_crop', image: 'g.png', crop: 9, crops: 21 });
    hear({ event: 'image_crop', image: 'b.png', crop: 3, crops: 21 });
    hear({ event: 'image_progress', image: 'b.png', points: 96, total_points: 96 * 2 });
    pass(100);
  }

  it('shows rate, images, masks, failures, time and crop at 120 columns', () => {
    halfway(120);
    assert.deepEqual(terminal.screen, [
      '12 images, 2 workers x 1 thread',
      'FAILED f.png: Expected an image but f.png has 0 bytes',
      '===========------------- 5/12 images | 100 masks | 1 failed | 4.5 images/min | 1:00 elapsed | 1:27 left | crop 3 of 21',
    ]);
  });

  it('shows the most important at 60 and at 40 columns', () => {
    halfway(60);
    assert.equal(terminal.screen.at(-1), '===--- 5/12 images | 1 failed | 4.5 images/min | 1:27 left');
    halfway(40);
    assert.equal(terminal.screen.at(-1), '======------ 5/12 images | 1:27 left');
  });

  it('says what it does before the first image', () => {
    open(60);
    assert.deepEqual(terminal.screen, ['Looking for images...']);
    hear({ event: 'planning', images: 3000 });
    pass(100);
    assert.deepEqual(terminal.screen, ['Looking for images... 3000 images so far']);
    hear({ event: 'loading_model' });
    pass(100);
    assert.deepEqual(terminal.screen, ['Loading the model...']);
    hear(started(1));
    pass(100);
    assert.deepEqual(terminal.screen, [
      '1 image, 2 workers x 1 thread',
      '------------------------ 0/1 image | 0 masks | 0:00 elapsed',
    ]);
  });

  it('moves within a single image, and takes seconds for the rate of slow ones', () => {
    open(80);
    hear(started(1), { event: 'image_started', image: 'a.png' });
    for (let points = 64; points <= 512; points += 64) {
      pass(10_000);
      hear({ event: 'image_progress', image: 'a.png', points, total_points: 1024 });
    }
    pass(100);
    assert.equal(
      terminal.screen.at(-1),
      '=========--------- 0/1 image | 0 masks | 160 s/image | 1:20 elapsed | 1:20 left',
    );
    // between two answers the time left goes on falling
    pass(5000);
    assert.match(terminal.screen.at(-1) ?? '', /1:25 elapsed \| 1:15 left/);
  });

  it('takes no speed from an image that could not be read', () => {
    open(80);
    hear(started(6), failed('a.png'));
    pass(30_000);
    assert.equal(
      terminal.screen.at(-1),
      '=====------------------------- 1/6 images | 0 masks | 1 failed | 0:30 elapsed',
    );
    hear(done('b.png', 7));
    pass(100);
    assert.match(terminal.screen.at(-1) ?? '', / 2\/6 images .* 2\.0 images\/min .* 2:00 left$/);
    // one that takes longer than thought is not ready yet
    pass(300_000);
    assert.match(terminal.screen.at(-1) ?? '', / 0:01 left$/);
  });

  it('does not flicker: one write a change, at most ten a second, none without a change, never an empty line', () => {
    open(100);
    hear(started(500));
    pass(1000);
    terminal.onWritten = () => {
      assert.match(terminal.screen.at(-1) ?? '', /^[=-]+ \d+\/500 images .* elapsed/);
      assert.deepEqual(terminal.cursor, [terminal.screen.length - 1, 0]);
    };
    const before = terminal.writes;
    for (let i = 0; i < 200; i++) {
      pass(10);
      hear(done(`${i}.png`, 1));
    }
    assert.ok(terminal.writes - before > 10 && terminal.writes - before <= 21, `${terminal.writes - before} writes`);
    pass(200);
    const still = terminal.writes;
    // all that changes are the two clocks
    pass(10_000);
    assert.ok(terminal.writes - still <= 21, `${terminal.writes - still} writes`);
    for (let i = 0; i < 5; i++) hear(failed(`broken ${i}.png`));
    terminal.onWritten = () => {};
    assert.deepEqual(
      terminal.screen.slice(-6, -1).map((line) => line.slice(0, 19)),
      [0, 1, 2, 3, 4].map((i) => `FAILED broken ${i}.png`),
    );
  });

  it('follows the width of the terminal, and leaves no piece of a wider line', () => {
    halfway(120);
    for (const columns of [100, 60, 41, 23, 90, 120]) {
      terminal.resize(columns);
      pass(100);
      const [, ...rest] = terminal.screen.join('').split('0 bytes');
      assert.match(rest.join(''), /^[=-]* ?5\/12 images/);
      assert.equal(terminal.screen.filter((line) => line.includes('5/12')).length, 1, terminal.screen.join('\n'));
      assert.ok(terminal.screen.every((line) => line.length <= columns));
    }
  });

  it('draws over what the terminal echoes for Ctrl-C, and says what is finished', () => {
    halfway(100);
    terminal.write('^C');
    hear({ event: 'interrupted', in_flight: 2 });
    pass(100);
    assert.deepEqual(terminal.screen.slice(-2), [
      'Interrupted: finishing 2 images in flight. Ctrl-C again stops at once.',
      '===--- 5/12 images | 100 masks | 1 failed | 4.5 images/min | finishing 2 images | crop 3 of 21',
    ]);
  });

  it('leaves a summary and nothing else', () => {
    open(60);
    hear(started(2), done('a.png', 10), done('b.png', 20));
    pass(100);
    hear(finished({}), { event: 'notice', message: '30 annotations of 2 images' });
    pass(1000);
    reporter.close();
    assert.deepEqual(terminal.screen, [
      '2 images, 2 workers x 1 thread',
      'Done: 2 images, 30 masks in 0:06 (20.0 images/min)',
      'Results: out',
      'Asked: 512 prompts, 256 an image.',
      'Note: 30 annotations of 2 images',
    ]);
    assert.deepEqual(terminal.cursor, [5, 0]);
    assert.equal(terminal.isCursorShown && terminal.breaksLines, true);
  });

  it('says in the summary what failed, what was done before and what is left', () => {
    open(100);
    hear(started(12), done('a.png', 10), done('b.png', 20), failed('c.png'));
    const summary = {
      failures: 1,
      done_before: 3,
      failed_before: 1,
      interrupted: true,
      failures_file: 'out/failures.ndjson',
    };
    hear(finished(summary));
    assert.deepEqual(terminal.screen.slice(2), [
      'Interrupted: 2 images, 30 masks in 0:06 (20.0 images/min), 1 failed',
      'Results: out',
      'Asked: 512 prompts, 256 an image.',
      '3 images were done before.',
      '1 image failed before (--retry-failed tries again).',
      'What failed, and why: out/failures.ndjson',
      '9 images left: the same command goes on.',
    ]);
  });

  it('says so when Ctrl-C came before the first image', () => {
    open(60);
    hear({ event: 'interrupted', in_flight: 0 });
    pass(100);
    assert.equal(terminal.screen.at(-1), 'Stopping...');
    hear(finished({ images: 0, masks: 0, seconds: 7, interrupted: true }));
    assert.deepEqual(terminal.screen, [
      'Interrupted: stopping. Ctrl-C again stops at once.',
      'Interrupted: no image done in 0:07',
    ]);
  });

  it('leaves nothing when the run ends with an error or at once', () => {
    for (const events of [[], [started(2)], [started(2), done('a.png', 3)]]) {
      open(60);
      hear(...events);
      pass(200);
      reporter.close();
      pass(200);
      assert.deepEqual(terminal.screen, events.length > 0 ? ['2 images, 2 workers x 1 thread'] : []);
      assert.deepEqual(terminal.cursor, [terminal.screen.length, 0]);
      assert.equal(terminal.isCursorShown && terminal.breaksLines, true);
    }
  });

  it('prints the seconds of each stage above it when they are asked for', () => {
    open(100, { level: 'debug' });
    hear(started(2), done('a\n.png', 10));
    pass(100);
    assert.deepEqual(terminal.screen.slice(1, -1), [
      'a\\n.png: 10 masks in 3.0 s -> out/a\\n.png.json',
      '  a\\n.png: 256 prompts; encode 0.500 s, decode 2.000 s, select 0.250 s, finish 0.125 s',
    ]);
  });
});

describe('reporterFor', () => {
  function shownBy(options: { quiet?: boolean; logFormat?: 'text' | 'ndjson' }, isTTY: boolean, type?: string): string {
    let text = '';
    const write = (part: string) => {
      text += part;
    };
    const { onEvent, close } = reporterFor(
      { quiet: false, logFormat: 'text', logLevel: 'info', out: 'out', ...options },
      { isTTY, columns: 80, write },
      type,
    );
    const events: RunEvent[] = [
      { event: 'planning', images: 0 },
      { event: 'loading_model' },
      started(2),
      { event: 'image_started', image: 'a.png' },
      { event: 'image_progress', image: 'a.png', points: 1, total_points: 4 },
      { event: 'image_crop', image: 'a.png', crop: 1, crops: 5 },
      { event: 'interrupted', in_flight: 0 },
      done('a.png', 1),
      failed('b.png'),
      finished({ images: 1, masks: 1, failures: 1, seconds_per_image: 6, failures_file: 'out/failures.ndjson' }),
    ];
    for (const event of events) onEvent(event);
    close();
    return text;
  }

  const lines = [
    '2 images, 2 workers x 1 thread',
    'a.png: crop 1 of 5',
    'Interrupted: stopping. Ctrl-C again stops at once.',
    'a.png: 1 mask in 3.0 s -> out/a.png.json',
    'FAILED b.png: Expected an image but b.png has 0 bytes',
    'Done: 1 image, 1 mask in 6.0 s, 6.00 s an image, 1 failure.',
    'Asked: 512 prompts, 512 an image.',
    'What failed, and why: out/failures.ndjson',
    '',
  ];

  it('writes plain lines where no person looks, and on a terminal that cannot draw over a line', () => {
    assert.deepEqual(shownBy({}, false).split('\n'), lines);
    assert.deepEqual(shownBy({}, true, 'dumb').split('\n'), lines);
    assert.ok(shownBy({}, true, 'xterm').includes('\x1b'));
  });

  it('writes one object a line for machines, on a terminal too', () => {
    for (const isTTY of [false, true]) {
      const events = shownBy({ logFormat: 'ndjson' }, isTTY)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.equal(events.length, 10);
      for (const { time } of events) assert.match(time, /^\d{4}-\d\d-\d\dT/);
      assert.deepEqual({ ...events[8], time: '' }, { ...failed('b.png'), time: '' });
    }
  });

  it('leaves only failures when it is to be quiet', () => {
    for (const isTTY of [false, true]) {
      assert.deepEqual(shownBy({ quiet: true }, isTTY), `${lines[4]}\n`);
      assert.equal(JSON.parse(shownBy({ quiet: true, logFormat: 'ndjson' }, isTTY)).code, 'empty-file');
    }
  });
});

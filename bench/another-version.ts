/**
 * `sam-cli everything` of another version, a built checkout in the folder that SAM_CLI_OTHER names, against this one: one small image with every
 * point of the grid, and with preset `fast`. Both take turns, since the machine's speed drifts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixtureUrl } from '../test/support/fixture.js';
import { cliPath } from '../test/support/run-cli.js';
import { say, timed } from './support/timed-command.js';

const ROUNDS = 5;

export async function run(): Promise<void> {
  const other = process.env.SAM_CLI_OTHER;
  if (!other) {
    say('left out: set SAM_CLI_OTHER to the folder of another version (git worktree add, npm ci)');
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'sam-cli-bench-'));
  try {
    for (const preset of ['reference', 'fast']) {
      const of = (program: string) => secondsOf(program, preset, join(folder, 'masks'));
      const before = join(other, 'bin', 'sam-cli.js');
      // the first run of each may compile the decoder
      await of(before);
      await of(cliPath);
      const ratios: { whole: number; decode: number }[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        const [then, now] = [await of(before), await of(cliPath)];
        ratios.push({ whole: now.whole / then.whole, decode: now.decode / then.decode });
        const text = ({ whole, decode }: typeof then) => `${whole.toFixed(2)} s (decoder ${decode.toFixed(2)})`;
        say(`${preset}, round ${round}: ${text(then)} then, ${text(now)} now`);
      }
      const median = (key: 'whole' | 'decode') => ratios.map((ratio) => ratio[key]).sort((a, b) => a - b)[ROUNDS >> 1];
      say(
        `${preset}, medians: whole command ${median('whole').toFixed(3)}, decoder's part ${median('decode').toFixed(3)}`,
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Seconds of a whole command, and of its decoder's part. */
async function secondsOf(program: string, preset: string, out: string): Promise<{ whole: number; decode: number }> {
  const image = fileURLToPath(fixtureUrl('images/coffee.png'));
  const settings = ['--preset', preset, '--overwrite', '--log-level', 'debug'];
  const { seconds, said } = await timed(['everything', image, '--out', out, ...settings], program);
  const decode = /decode ([\d.]+) s/.exec(said)?.[1];
  if (decode === undefined) throw new Error(`Expected the seconds of the decoder in ${said}`);
  return { whole: seconds, decode: Number(decode) };
}

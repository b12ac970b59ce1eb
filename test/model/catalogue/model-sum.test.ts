import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { ownModelEntry } from '../../../src/model/catalogue/own-model.js';
import { loadModel } from '../../../src/model/runtime/load-model.js';
import { fixtureUrl } from '../../support/fixture.js';
import { exportPath } from '../../support/plain-exports.js';
import { runMain } from '../../support/run-cli.js';
import { withWeightsIn } from '../../support/weights-beside.js';

describe('a model whose weights lie beside its graph', () => {
  const encoder = exportPath('exports/sam1_encoder.onnx');
  let root: string;
  let decoder: string;
  let weights: Uint8Array<ArrayBuffer>;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    process.env.SAM_CLI_CACHE_DIR = join(root, 'cache');
    decoder = join(root, 'decoder.onnx');
    const split = withWeightsIn(await readFile(exportPath('exports/sam1_decoder.onnx')), 'decoder.data');
    weights = split.weights;
    await writeFile(decoder, split.graph);
    await sharp(fileURLToPath(fixtureUrl('images/coffee.png')))
      .resize(60, 40, { fit: 'fill' })
      .toFile(join(root, 'photo.png'));
  });
  after(async () => {
    delete process.env.SAM_CLI_CACHE_DIR;
    await rm(root, { recursive: true });
  });

  /** The weights as they are, or others of the same size. */
  async function writeWeights(kind: 'first' | 'other'): Promise<void> {
    const floats = new Float32Array(weights.buffer);
    await writeFile(join(root, 'decoder.data'), kind === 'first' ? floats : floats.map((value) => 0.5 * value));
  }

  it('is another model when they change: nothing of the first one answers for it', async () => {
    const image = { data: new Uint8Array(60 * 40 * 3).map((_, i) => (i * 7) % 256), width: 60, height: 40 };
    const batch = { count: 1, pointsPerPrompt: 1, coords: Float32Array.of(20, 20), labels: Float32Array.of(1) };
    async function answerOf() {
      const entry = await ownModelEntry(encoder, decoder);
      const model = await loadModel(entry, { threads: 1 });
      const { iouPredictions } = await (await model.encode(image)).decode(batch);
      assert.equal(model.decoderForm, 'compiled');
      await model.release();
      return { name: entry.name, ious: [...iouPredictions] };
    }
    await writeWeights('first');
    const first = await answerOf();
    await writeWeights('other');
    const other = await answerOf();
    assert.notEqual(other.name, first.name);
    assert.notDeepEqual(other.ious, first.ious);
    await writeWeights('first');
    assert.deepEqual(await answerOf(), first);
  });

  it('goes on with no run that others of its weights began', async () => {
    const out = join(root, 'out');
    const args = ['--encoder', encoder, '--decoder', decoder, '--point', '9,9', '--workers', '1', '--threads', '1'];
    const segment = () => runMain('segment', join(root, 'photo.png'), ...args, '--out', out);
    await writeWeights('first');
    const begun = await segment();
    assert.equal(begun.exitCode, 0, begun.stderr);
    await writeWeights('other');
    const changed = await segment();
    assert.match(changed.stderr, /model\.decoder_sha256 was "[0-9a-f]{64}", is "[0-9a-f]{64}"/);
    assert.notEqual(changed.exitCode, 0);
  });
});

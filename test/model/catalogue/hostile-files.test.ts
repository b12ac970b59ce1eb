import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { explainFile } from '../../../src/model/catalogue/explain-file.js';
import { ownModelEntry } from '../../../src/model/catalogue/own-model.js';
import { modelBytes, readModel } from '../../../src/model/onnx/model-bytes.js';
import type { TensorProto } from '../../../src/model/onnx/onnx_pb.js';
import { loadModel } from '../../../src/model/runtime/load-model.js';
import { exportPath } from '../../support/plain-exports.js';
import { runCli } from '../../support/run-cli.js';
import { withWeightsIn } from '../../support/weights-beside.js';

describe('model files that nobody vouches for', () => {
  let root: string;
  let bytes: Buffer;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    bytes = await readFile(exportPath('exports/sam2_decoder.onnx'));
    process.env.SAM_CLI_CACHE_DIR = join(root, 'cache');
  });
  after(async () => {
    delete process.env.SAM_CLI_CACHE_DIR;
    await rm(root, { recursive: true });
  });

  async function kept(name: string, content: Uint8Array | string): Promise<string> {
    await writeFile(join(root, name), content);
    return join(root, name);
  }

  /** The decoder with its largest weight changed. */
  function changed(change: (tensor: TensorProto) => unknown): Uint8Array {
    const model = readModel(bytes);
    const [largest] = model.graph.initializer.toSorted((a, b) => b.rawData.length - a.rawData.length);
    change(largest);
    return modelBytes(model);
  }

  const external = (location: string) => withWeightsIn(bytes, location).graph;

  const refused: readonly (readonly [string, () => Uint8Array | string, RegExp])[] = [
    ['empty', () => '', /it is empty/],
    ['truncated', () => bytes.subarray(0, bytes.length - 1000), /not one|bytes of .* but the file has|without a graph/],
    ['text', () => 'This is no protobuf at all, but a long text.', /not one|without a graph/],
    ['another protobuf', () => Uint8Array.of(0x0a, 0x03, 0x61, 0x62, 0x63), /not one|without a graph/],
    [
      'absurd dimensions',
      () => changed((tensor) => Object.assign(tensor, { dims: [2n ** 40n, 2n ** 40n] })),
      /Expected a shape of weights but .* has \[1099511627776, 1099511627776\]/,
    ],
    [
      'negative dimensions',
      () => changed((tensor) => Object.assign(tensor, { dims: [-1n] })),
      /Expected a shape of weights/,
    ],
    [
      'too few bytes',
      () => changed((tensor) => Object.assign(tensor, { dims: [4096n, 4096n] })),
      /Expected 67108864 bytes of/,
    ],
    [
      'weights above their folder',
      () => external('../secret'),
      /Expected weights beside the model but .* "\.\.\/secret"/,
    ],
    [
      'weights at an absolute path',
      () => external('/etc/passwd'),
      /Expected weights beside the model but .* "\/etc\/passwd"/,
    ],
    ['weights at a drive', () => external('C:\\secret'), /Expected weights beside the model/],
    ['weights that are missing', () => external('missing.bin'), /missing\.bin.*ENOENT/],
    ['weights that end before', () => external('short.bin'), /in short\.bin but it ends before/],
    ['a link out of the folder', () => external('link.bin'), /it is a link to/],
  ];
  for (const [name, make, message] of refused) {
    it(`are refused: ${name}`, async () => {
      await writeFile(join(root, 'short.bin'), 'short');
      await rm(join(root, 'link.bin'), { force: true });
      await symlink('/etc/passwd', join(root, 'link.bin'));
      const path = await kept(`${name.replaceAll(' ', '-')}.onnx`, make());
      await assert.rejects(explainFile(path), { code: 'bad-model', message });
    });
  }

  it('make no process crash', async () => {
    const path = await kept('crash.onnx', bytes.subarray(0, 5000));
    for (const args of [
      ['models', 'info', path],
      ['segment', path, '--point', '1,1', '--encoder', path, '--decoder', path, '--out', join(root, 'out')],
    ]) {
      const run = await runCli(...args);
      assert.equal(run.exitCode, 1, run.stderr);
      assert.match(run.stderr, /^sam-cli: Expected /);
    }
  });

  it('are used with their weights beside them', async () => {
    const folder = join(root, 'beside');
    await mkdir(folder);
    const { graph, weights } = withWeightsIn(bytes, 'decoder.onnx_data');
    await writeFile(join(folder, 'decoder.onnx'), graph);
    await writeFile(join(folder, 'decoder.onnx_data'), weights);
    const whole = await ownModelEntry(exportPath('exports/sam2_encoder.onnx'), exportPath('exports/sam2_decoder.onnx'));
    const split = await ownModelEntry(exportPath('exports/sam2_encoder.onnx'), join(folder, 'decoder.onnx'));
    assert.equal(split.decoder.externalData?.[0].bytes, weights.length);
    const image = { data: new Uint8Array(60 * 40 * 3).fill(90), width: 60, height: 40 };
    const batch = { count: 1, pointsPerPrompt: 1, coords: Float32Array.of(20, 20), labels: Float32Array.of(1) };
    const answers = [];
    for (const entry of [whole, split]) {
      const model = await loadModel(entry, { threads: 1 });
      answers.push((await (await model.encode(image)).decode(batch)).iouPredictions.slice());
      await model.release();
    }
    assert.deepEqual(answers[1], answers[0]);
  });

  it('of no known family are explained by what the nearest lacks', async () => {
    const model = readModel(bytes);
    for (const input of model.graph.input) if (input.name === 'high_res_feats_0') input.name = 'other';
    for (const node of model.graph.node) node.input = node.input.map((n) => (n === 'high_res_feats_0' ? 'other' : n));
    const path = await kept('unknown.onnx', modelBytes(model));
    const run = await runCli(
      'segment',
      'x.jpg',
      '--point',
      '1,1',
      '--out',
      join(root, 'o'),
      '--decoder',
      path,
      '--encoder',
      exportPath('exports/sam2_encoder.onnx'),
    );
    assert.equal(run.exitCode, 1);
    assert.match(
      run.stderr,
      /Expected the decoder of a known family but found inputs image_embed float \[1, 32, 16, 16\]; other float/,
    );
    assert.match(
      run.stderr,
      /nearest family is SAM 2 and 2\.1 as samexporter exports them, for which input high_res_feats_0 is missing, input other is unknown/,
    );
    const info = await runCli('models', 'info', path);
    assert.match(info.stdout, /of no known family; nearest is the decoder of SAM 2/);
  });

  it('are explained', async () => {
    const explained = await Promise.all(
      ['exports/sam1_hwc_encoder.onnx', 'exports/sam1_decoder.onnx', 'decoders/official_single_quantised.onnx'].map(
        (name) => explainFile(exportPath(name)),
      ),
    );
    const [encoder, decoder, quantised] = explained;
    assert.deepEqual(encoder.preprocessing, { normalises: true, pads: true, resizes: false });
    assert.deepEqual(
      encoder.families.map(({ contract }) => contract),
      ['samexporter-sam1'],
    );
    assert.deepEqual(decoder.decoder, { takesBoxes: true, takesMasks: true, compiles: true });
    assert.equal(quantised.quantised, true);
    assert.equal(quantised.decoder?.compiles, false);
  });

  it('are explained with the weights that lie beside them', async () => {
    const folder = join(root, 'explained');
    await mkdir(folder);
    const { graph, weights } = withWeightsIn(await readFile(exportPath('exports/sam1_decoder.onnx')), 'decoder.data');
    await writeFile(join(folder, 'decoder.onnx'), graph);
    await writeFile(join(folder, 'decoder.data'), weights);
    const { decoder, externalBytes } = await explainFile(join(folder, 'decoder.onnx'));
    assert.equal(externalBytes, weights.length);
    assert.deepEqual(decoder, { takesBoxes: true, takesMasks: true, compiles: true });
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { listSupportedBackends } from 'onnxruntime-node';
import { onDevice } from '../../src/model/runtime/device.js';
import { exportPath } from '../support/plain-exports.js';
import { runMain } from '../support/run-cli.js';

const available = listSupportedBackends().map(({ name }) => name);
const missing = ['coreml', 'dml'].find((name) => !available.includes(name)) ?? '';

describe('--device', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
  });
  after(() => rm(root, { recursive: true }));

  function segment(device: string) {
    const files = [
      '--encoder',
      exportPath('exports/sam2_encoder.onnx'),
      '--decoder',
      exportPath('exports/sam2_decoder.onnx'),
    ];
    const args = [
      '--point',
      '9,9',
      '--workers',
      '1',
      '--threads',
      '1',
      '--out',
      join(root, device),
      '--device',
      device,
    ];
    return runMain('segment', exportPath('images/coffee.png'), ...files, ...args);
  }

  it('says that a provider is not in this onnxruntime', async () => {
    const run = await segment(missing);
    assert.equal(run.exitCode, 2, run.stderr);
    assert.match(
      run.stderr,
      new RegExp(`Expected a device of this onnxruntime \\(auto, cpu.*\\) but received ${missing}`),
    );
    assert.match(run.stderr, /build of onnxruntime-node only/);
  });

  it('runs with auto wherever it is', async () => {
    const run = await segment('auto');
    assert.equal(run.exitCode, 0, run.stderr);
  });

  it('refuses a device that there is not', async () => {
    const run = await segment('tpu');
    assert.equal(run.exitCode, 2);
    assert.match(run.stderr, /Allowed choices are auto, cpu, cuda, tensorrt, coreml, dml, webgpu/);
  });
});

describe('onDevice', () => {
  const failing = async (provider: string) => {
    if (provider !== 'cpu') throw new Error(`no ${provider} here\nand more`);
    return 'made';
  };

  it('falls back to the cpu for auto, and says why', async () => {
    const notices: string[] = [];
    const { made, provider } = await onDevice('auto', failing, (message) => notices.push(message));
    assert.deepEqual([made, provider], ['made', 'cpu']);
    assert.match(notices.join(), /^No GPU can be used, so the cpu does the work/);
    if (available.includes('cuda')) assert.match(notices.join(), /\(cuda: no cuda here\)/);
  });

  it('does not fall back for a device that was named', async (context) => {
    if (!available.includes('cuda')) return context.skip('this onnxruntime knows no cuda');
    await assert.rejects(onDevice('cuda', failing), {
      code: 'bad-usage',
      message: 'Expected to use cuda but it cannot be used: no cuda here',
      hint: /onnxruntime-node-install=skip/,
    });
  });
});

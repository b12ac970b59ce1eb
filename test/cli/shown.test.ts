import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { linesOf } from '../../src/cli/reporters/text.js';
import { shown } from '../../src/cli/shown.js';
import { sa1bFileOf, sa1bJsonOf } from '../../src/formats/sa1b/write.js';
import { imageResult } from '../support/image-results.js';
import { runMain } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A line of its own, a colour, the same by one character (C1), and what turns the direction of writing. */
const HOSTILE = 'a\nFAILED b\x1b[31m\u009b31m\x7f\u2028\u202e.png';

/** Everything that a terminal takes for more than a letter, but the end of a line. */
const HARMFUL = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** What was printed holds nothing that harms, and the name in one line. */
function assertHarmless(text: string, what: string): void {
  assert.doesNotMatch(text, HARMFUL, what);
  assert.match(text, /a\\nFAILED b\\u001b\[31m\\u009b31m\\u007f\\u2028\\u202e/, what);
}

describe('what a terminal shows', () => {
  it('has no control characters, and every letter as it is', () => {
    assert.equal(shown(HOSTILE), 'a\\nFAILED b\\u001b[31m\\u009b31m\\u007f\\u2028\\u202e.png');
    assert.equal(shown('tab\tand\rreturn'), 'tab\\tand\\rreturn');
    for (const letters of ['日本 ünï ✓', '👩‍👩‍👧', 'שלום', '<b>&"\'']) assert.equal(shown(letters), letters);
  });

  it('names images harmlessly in compare, eval, errors and notices', async (context) => {
    const root = await temporaryFolder(context);
    const folders = { a: ['one.png', HOSTILE], b: [HOSTILE], c: ['one.png'], d: [] as string[] };
    for (const [folder, names] of Object.entries(folders)) {
      await mkdir(join(root, folder));
      for (const [i, name] of names.entries()) {
        const masks = folder === 'b' ? [] : undefined;
        await writeFile(join(root, folder, `${i}.json`), sa1bJsonOf(sa1bFileOf(imageResult(i + 1, name, masks))));
      }
    }
    for (const other of ['b', 'c']) {
      const { exitCode, stdout, stderr } = await runMain('compare', join(root, 'a'), join(root, other));
      assert.equal(exitCode, 1);
      assertHarmless(stdout, `compare ${other}`);
      assertHarmless(stderr, `compare ${other}`);
    }
    const images = [HOSTILE, 'one.png'].map((file_name, i) => ({ id: i + 1, file_name, width: 6, height: 4 }));
    await writeFile(join(root, 'gt.json'), JSON.stringify({ images, annotations: [] }));
    const { exitCode, stdout } = await runMain('eval', join(root, 'c'), '--gt', join(root, 'gt.json'));
    assert.equal(exitCode, 0);
    assertHarmless(stdout, 'eval');
    for (const args of [
      ['stats', HOSTILE],
      ['models', 'verify', HOSTILE],
    ]) {
      const { exitCode, stderr } = await runMain(...args);
      assert.notEqual(exitCode, 0);
      assertHarmless(stderr, args[0]);
    }
    // what commander repeats has the line ends of its own message too
    const { stderr } = await runMain('bench', '--images', HOSTILE);
    assert.match(stderr, /Expected an integer/);
    assert.doesNotMatch(stderr, HARMFUL);
    assertHarmless(linesOf({ event: 'notice', message: `Expected ${HOSTILE}` }, 'info').join('\n'), 'notice');
  });
});

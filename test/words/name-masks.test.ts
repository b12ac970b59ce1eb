import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wordsFor } from '../../src/library/words.js';
import { maskRunsOfEmpty } from '../../src/mask/runs/mask-runs.js';
import type { FoundMask } from '../../src/sam/found-mask.js';
import type { Similarity, Vectors } from '../../src/sam/image-text-model.js';
import { classOf } from '../../src/sam/mask-class.js';
import { labelVectorsOf, sentencesOf } from '../../src/words/label-vectors.js';
import { namedMasks } from '../../src/words/name-masks.js';
import { WORDS_DEFAULTS, type WordsRequest } from '../../src/words/words-request.js';

const vectorsOf = (...rows: readonly (readonly number[])[]): Vectors => ({
  count: rows.length,
  width: rows[0].length,
  data: Float32Array.from(rows.flat()),
});
const unit = (...row: number[]) => row.map((value) => value / Math.hypot(...row));

const SOFTMAX: Similarity = { scores: 'softmax', scale: 10, bias: 0 };
const SIGMOID: Similarity = { scores: 'sigmoid', scale: 10, bias: -5 };

const words: WordsRequest = {
  ...WORDS_DEFAULTS,
  labels: [
    { id: 4, name: 'cat', phrases: ['cat', 'kitten'] },
    { id: 9, name: 'dog', phrases: ['dog'] },
  ],
  background: ['thing'],
};
// cat, kitten, dog, thing
const texts = vectorsOf([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]);
const views = vectorsOf(unit(0, 1, 0, 0), unit(3, 0, 2, 0), unit(0, 0, 1, 2), unit(1, 0, 0, 0.1));
const masks = Array.from(
  { length: 4 },
  (_, i): FoundMask => ({
    ...{ mask: maskRunsOfEmpty(2, 2), area: 0, boxXyxy: [0, 0, 0, 0] },
    ...{ predictedIou: i, stabilityScore: 1, pointsXy: [], cropXyxy: [0, 0, 2, 2] },
  }),
);

function named(changed: Partial<WordsRequest>, similarity = SOFTMAX, given: readonly FoundMask[] = masks) {
  const request = { ...words, ...changed };
  const { count, width, data } = texts;
  const asked = request.background.length > 0 ? texts : { count: count - 1, width, data: data.slice(0, -width) };
  return namedMasks(given, views, request, labelVectorsOf(request, asked), similarity);
}
const namesIn = (found: readonly FoundMask[]) => found.map(({ label }) => label?.category);

describe('words of a program', () => {
  it('are checked as all settings are: undefined ones do not count, unknown ones are refused', () => {
    const { request } = wordsFor({ labels: ['cat'], ...({ top: undefined, templates: undefined } as object) });
    assert.deepEqual([request.top, request.templates], [WORDS_DEFAULTS.top, WORDS_DEFAULTS.templates]);
    assert.throws(() => wordsFor({ labels: ['cat'], ...({ treshold: 0.9 } as object) }), {
      code: 'bad-usage',
      message: /received treshold$/,
    });
    assert.throws(() => wordsFor({ labels: ['cat'], threshold: 2 }), { code: 'bad-usage', message: /for threshold/ });
  });

  it('are labels without the spaces around them', () => {
    const { request } = wordsFor({ labels: ['cat', ' red mug '] });
    assert.deepEqual(request.labels[1], { id: 2, name: 'red mug', phrases: ['red mug'] });
    assert.throws(() => wordsFor({ labels: ['cat', ' '] }), {
      code: 'bad-usage',
      message: 'Expected words for label 2 but received " "',
    });
  });
});

describe('naming masks', () => {
  it('takes the class of its prompt from a mask that shows none of the words, since its id would be read as a label’s', () => {
    const prompt = { id: 7, isNamed: true, categoryId: 4, category: 'person', score: 0.5 };
    const [, , unnamed] = named(
      {},
      SOFTMAX,
      masks.map((mask) => ({ ...mask, prompt })),
    );
    assert.deepEqual([unnamed.label, unnamed.prompt], [undefined, { id: 7, isNamed: true }]);
    assert.deepEqual(classOf(unnamed), {});
  });

  it('takes the label whose best phrase is the likest, and none where the background is', () => {
    const found = named({});
    assert.deepEqual(namesIn(found), ['cat', 'cat', undefined, 'cat']);
    assert.deepEqual(
      found.map(({ predictedIou }) => predictedIou),
      [0, 1, 2, 3],
    );
    assert.equal(found[0].label?.categoryId, 4);
    // one of cat, dog and background: exp(10) against twice exp(0)
    assert.ok(Math.abs((found[0].label?.score ?? 0) - Math.exp(10) / (Math.exp(10) + 2)) < 1e-6);
    assert.deepEqual(namesIn(named({ background: [] })), ['cat', 'cat', 'dog', 'cat']);
  });

  it('scores each label by itself where the model does', () => {
    const [first] = named({}, SIGMOID);
    assert.ok(Math.abs((first.label?.score ?? 0) - 1 / (1 + Math.exp(-5))) < 1e-6);
  });

  it('wants the threshold, keeps the best of each label, and leaves out what has none', () => {
    assert.deepEqual(namesIn(named({ threshold: 0.98 })), ['cat', undefined, undefined, 'cat']);
    assert.deepEqual(namesIn(named({ top: 1 })), ['cat', undefined, undefined, undefined]);
    const kept = named({ top: 2, onlyLabelled: true });
    assert.deepEqual(
      kept.map(({ predictedIou }) => predictedIou),
      [0, 3],
    );
  });

  it('drops labels that masks had before', () => {
    const label = { categoryId: 1, category: 'bird', score: 1 };
    const [, , third] = namedMasks(
      masks.map((mask) => ({ ...mask, label })),
      views,
      words,
      labelVectorsOf(words, texts),
      SOFTMAX,
    );
    assert.ok(!('label' in third));
  });

  it('averages templates in direction', () => {
    const request = { ...words, templates: ['{}', 'a {}'], labels: words.labels.slice(1), background: [] };
    assert.deepEqual(sentencesOf(request), ['dog', 'a dog']);
    const { phrases } = labelVectorsOf(request, vectorsOf([1, 0], [0, 1]));
    assert.deepEqual(phrases.data, Float32Array.of(Math.SQRT1_2, Math.SQRT1_2));
  });
});

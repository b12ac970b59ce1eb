import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DecodedBatch, PromptBatch } from '../../src/sam/segmentation-model.js';
import { feedbackPrompts } from '../../src/segment/mask-feedback.js';

/** Two points each of two prompts, and two masks of 2 x 2 cells for each. */
const batch: PromptBatch = {
  count: 2,
  pointsPerPrompt: 2,
  coords: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  labels: Float32Array.of(1, 0, 0, 1),
};
const answer: DecodedBatch = {
  masksPerPrompt: 2,
  iouPredictions: Float32Array.of(0.1, 0.2, 0.3, 0.4),
  logits: Float32Array.from({ length: 16 }, (_, i) => 10 * i - 80),
  offsets: Int32Array.of(0, 4, 8, 12),
  cellsWide: 2,
  cellsHigh: 2,
};

describe('masks that are fed back', () => {
  it('stand row by row beside the prompts that they answered', () => {
    const prompts = feedbackPrompts(batch, answer, [
      { row: 1, at: 3 },
      { row: 0, at: 0 },
    ]);
    assert.deepEqual(prompts, {
      count: 2,
      pointsPerPrompt: 2,
      coords: Float32Array.of(5, 6, 7, 8, 1, 2, 3, 4),
      labels: Float32Array.of(0, 1, 1, 0),
      maskInput: Float32Array.of(40, 60, 50, 70, -80, -60, -70, -50),
    });
  });

  it('have their logits cut where a limit is given', () => {
    const { maskInput } = feedbackPrompts(batch, answer, [{ row: 0, at: 1 }], { logitLimit: 25 });
    assert.deepEqual(maskInput, Float32Array.of(-25, -20, -25, -10));
  });

  it('are refused without their padding', () => {
    assert.throws(() => feedbackPrompts(batch, { ...answer, cellsHigh: 1 }, [{ row: 0, at: 0 }]), {
      name: 'RangeError',
      message: 'Expected masks of the whole grid but received 2 x 1 cells',
    });
  });
});

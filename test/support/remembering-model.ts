import { createHash } from 'node:crypto';
import type { RgbImage } from '../../src/sam/rgb-image.js';
import type { DecodedBatch, EncodedImage, SegmentationModel } from '../../src/sam/segmentation-model.js';

/** A model that answers a question about an image once and remembers the answer, so that two settings cost one run of the decoder. */
export function rememberingModel<Model extends SegmentationModel>(model: Model): Model {
  const images = new Map<string, Promise<EncodedImage>>();
  return {
    ...model,
    encode(image: RgbImage) {
      const key = createHash('sha1').update(image.data).digest('hex');
      const encoded = images.get(key) ?? model.encode(image).then(rememberingImage);
      images.set(key, encoded);
      return encoded;
    },
  };
}

function rememberingImage(image: EncodedImage): EncodedImage {
  const answers = new Map<string, DecodedBatch>();
  return {
    embedding: image.embedding,
    width: image.width,
    height: image.height,
    featuresAt: (pointsXy) => image.featuresAt(pointsXy),
    async decode(batch, options) {
      const key = JSON.stringify([[...batch.coords], [...batch.labels], options]);
      const known = answers.get(key);
      if (known) return known;
      const answer = await image.decode(batch, options);
      // its buffers are valid until the next call only
      const { logits, offsets, iouPredictions, cellsWide, cellsHigh } = answer;
      const end = Math.max(...offsets) + cellsWide * cellsHigh;
      const kept = {
        ...answer,
        logits: logits.slice(0, end),
        offsets: offsets.slice(),
        iouPredictions: iouPredictions.slice(),
      };
      answers.set(key, kept);
      return kept;
    },
  };
}

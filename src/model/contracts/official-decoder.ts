import type { DecoderContract, FamilySignature } from './contract.js';
import { OFFICIAL_PROMPT_INPUTS, officialPromptInputs } from './prompt-tensors.js';
import { IMAGE_EMBEDDINGS, inputOf, SAM1_DECODER, tensorNamed } from './sam1-decoder.js';

/** What the decoder of Meta's script is known by. */
export const officialDecoderSignature: Pick<FamilySignature, 'decoderInputs' | 'decoderOutputs'> = {
  decoderInputs: [{ names: [IMAGE_EMBEDDINGS], rank: 4 }, ...OFFICIAL_PROMPT_INPUTS],
  decoderOutputs: [['iou_predictions'], ['low_res_masks', 'masks']],
};

/** The decoder of Meta's script, whatever the encoder: one prompt a run. */
export const officialDecoder: DecoderContract = {
  ...SAM1_DECODER,
  padding: 'without-box',
  imageInputsOf: (embedding) => ({ image_embeddings: inputOf(tensorNamed(embedding, IMAGE_EMBEDDINGS)) }),
  promptInputsOf: officialPromptInputs,
};

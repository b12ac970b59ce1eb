/**
 * What the tensors of image-text models are called: one entry a family of exports. Sizes, pixels and similarity are the catalogue's.
 *
 * @module
 */

import { SamError } from '../../errors.js';

/** Names of the tensors of the two graphs. Each graph has one input that counts; a text graph may take an `attention_mask` beside it. */
export interface ImageTextContract {
  readonly name: string;
  /** What it is called in messages, and who exports so. */
  readonly title: string;
  /** Of the vision graph: [images, 3, side, side] to [images, width]. */
  readonly vision: { readonly input: string; readonly output: string };
  /** Of the text graph: [texts, tokens] int64 to [texts, width]. */
  readonly text: { readonly input: string; readonly output: string };
}

/** 1 for each token that is part of the text, 0 for those that fill it up; some exports want it. */
export const ATTENTION_MASK = 'attention_mask';

/** Every family, in no order that matters. */
const IMAGE_TEXT_CONTRACTS: readonly ImageTextContract[] = [
  {
    name: 'clip',
    title: 'CLIP for transformers.js',
    vision: { input: 'pixel_values', output: 'image_embeds' },
    text: { input: 'input_ids', output: 'text_embeds' },
  },
  {
    name: 'siglip',
    title: 'SigLIP for transformers.js',
    vision: { input: 'pixel_values', output: 'pooler_output' },
    text: { input: 'input_ids', output: 'pooler_output' },
  },
];

/**
 * The family of that name.
 *
 * @throws SamError `bad-model` when there is none.
 */
export function imageTextContractNamed(name: string): ImageTextContract {
  const contract = IMAGE_TEXT_CONTRACTS.find((candidate) => candidate.name === name);
  if (contract) return contract;
  const names = IMAGE_TEXT_CONTRACTS.map((each) => each.name).join(', ');
  throw new SamError('bad-model', `Expected a family of image-text models (${names}) but received ${name}`);
}

/** What a graph's tensors are called. */
export interface GraphNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** One of the two graphs of a family. */
export interface ImageTextGraph {
  readonly contract: ImageTextContract;
  readonly role: 'vision' | 'text';
}

/** What a graph can be by its tensors; nothing when it is of no family. */
export function imageTextGraphsOf(graph: GraphNames): ImageTextGraph[] {
  return IMAGE_TEXT_CONTRACTS.flatMap((contract) =>
    (['vision', 'text'] as const)
      .filter((role) => hasTensors(contract[role], graph))
      .map((role): ImageTextGraph => ({ contract, role })),
  );
}

function hasTensors({ input, output }: ImageTextContract['vision'], { inputs, outputs }: GraphNames): boolean {
  const hasStrange = inputs.some((name) => name !== input && name !== ATTENTION_MASK);
  return inputs.includes(input) && !hasStrange && outputs.includes(output);
}

/**
 * Checks that a graph has the tensors that it is asked by.
 *
 * @param file - For the message.
 * @throws SamError `bad-model` that says what was found.
 */
export function checkTensors(file: string, tensors: ImageTextContract['vision'], graph: GraphNames): void {
  if (hasTensors(tensors, graph)) return;
  const { input, output } = tensors;
  const { inputs, outputs } = graph;
  throw new SamError(
    'bad-model',
    `Expected a graph from ${input} to ${output} in ${file} but found ${inputs.join(', ')} to ${outputs.join(', ')}`,
    'An export of image and text in one graph cannot be used: take the one with a graph for each.',
  );
}

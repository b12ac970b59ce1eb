/**
 * What the tensors of a family of exports mean. A family is one module that exports a {@link Contract} by default. The catalogue names it,
 * and families.ts lists it, so that files can be recognised; nothing else knows it.
 *
 * @module
 */

import type { Embedding } from '../../sam/embedding.js';
import type { ModelGeometry } from '../../sam/geometry.js';
import type { RgbImage } from '../../sam/rgb-image.js';

/** Numbers for a graph, row-major. */
export interface PlainTensor {
  readonly type: 'float32' | 'int64' | 'uint8';
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Uint8Array;
}

/** Tensors by name. */
export type PlainTensors = Readonly<Record<string, PlainTensor>>;

/** Points of a batch in the model's frame. */
export interface FramePoints {
  /** Points per prompt (N). */
  readonly pointsPerPrompt: number;
  /** [B, N, 2] x, y in pixels of the frame, before the model moves them to pixel centres. */
  readonly coords: Float32Array;
  /** [B, N]: 1 foreground, 0 background, 2 and 3 box corners, -1 padding. */
  readonly labels: Float32Array;
}

/** When SAM's padding point (label -1) follows the points of a prompt. Exports that add it themselves want it `never`. */
export type Padding = 'never' | 'without-box' | 'always';

/** A tensor that a family is known by. */
export interface KnownTensor {
  /** Its names; any will do. Without names, the only input is meant. */
  readonly names?: readonly string[];
  readonly rank: number;
}

/** What a family is known by: the tensors of its two graphs, never their files' names. */
export interface FamilySignature {
  readonly encoderInput: KnownTensor;
  /** Whether the encoder's graph normalises pixels before its first layer. */
  readonly normalisesInGraph: boolean;
  /** Names that the encoder's outputs must have; where third parties name them as they like, nothing. */
  readonly encoderOutputs: readonly string[];
  readonly decoderInputs: readonly KnownTensor[];
  /** Of each list, one name at least. */
  readonly decoderOutputs: readonly (readonly string[])[];
}

/** A family of exports. */
export interface Contract {
  /** As the catalogue names it: the module's file name without its extension. */
  readonly name: string;
  /** What it is called in messages, and who exports so. @default its name */
  readonly title?: string;
  /** What files of one's own are recognised by. @default they are not */
  readonly signature?: FamilySignature;
  /** How its models see images, apart from the sizes, which the graphs say. @default as SAM 1 */
  readonly geometry?: Pick<ModelGeometry, 'fit' | 'maskResize'>;
  /** Pixels of the frame along an image token, where encoders see fewer than the frame has. @default the encoder's input is the frame */
  readonly framePixelsPerToken?: number;
  /** What can be asked. @default everything */
  readonly takes?: { readonly boxes: boolean; readonly masks: boolean };
  readonly encoder: EncoderContract;
  readonly decoder: DecoderContract;
}

/** An input as a graph declares it. */
export interface GraphInput {
  readonly name: string;
  /** Open ones have a name, or are negative. */
  readonly dims: readonly (number | string)[];
}

/** How an image encoder is asked. */
export interface EncoderContract {
  /** Names of the tensors of its embeddings, in their order. */
  readonly tensorNames: readonly string[];
  /**
   * The inputs for an image.
   *
   * @param inputs - Of the graph, since third parties name the only input as they like.
   */
  inputsOf(image: RgbImage, geometry: ModelGeometry, inputs: readonly GraphInput[]): PlainTensors;
  /**
   * The embedding in the outputs, with the names that the decoder's contract uses.
   *
   * @param outputNames - Of the graph, in its order.
   */
  embeddingOf(outputs: PlainTensors, outputNames: readonly string[]): Embedding;
}

/** Some prompts of a batch. */
export interface PromptRange {
  readonly points: FramePoints;
  /** First prompt. */
  readonly first: number;
  /** The prompt behind the last. */
  readonly end: number;
  /** [B, L, L] row-major low-res logits of the whole batch, where masks are prompts. */
  readonly maskInput: Float32Array | undefined;
}

/** Masks of some prompts. */
export interface ExportedAnswer {
  /** [B, M, L, L] row-major low-res logits. */
  readonly logits: Float32Array;
  /** [B, M] */
  readonly iouPredictions: Float32Array;
  /** Masks of each prompt (M), single-mask token first where there is one. */
  readonly masks: number;
  /** Whether mask 0 is that of the single-mask token. */
  readonly hasSingleMask: boolean;
}

/** A decoder's graph, ready for a session. */
export interface PreparedDecoder {
  /** The graph to run in place of the export. */
  readonly bytes: Uint8Array;
  /** Tensors that its inputs need whatever the image. */
  readonly constants: PlainTensors;
  /** Prompts that one run of this export answers, at most. @default as the family's */
  readonly promptsPerRun?: number;
}

/** How a prompt encoder with mask decoder is asked. */
export interface DecoderContract {
  /** Whether its graph is built as SAM 1's and can be compiled (docs/decoder-compiler.md). */
  readonly isSam1: boolean;
  readonly padding: Padding;
  /** Prompts that one run of the export answers, at most. */
  readonly promptsPerRun: number;
  /**
   * The graph to run in place of the export, and tensors that its inputs need whatever the image.
   *
   * @throws SamError `bad-model` when the bytes are not a decoder of this family.
   */
  prepared(bytes: Uint8Array, geometry: ModelGeometry): Promise<PreparedDecoder>;
  /**
   * The inputs that all prompts of an image share.
   *
   * @throws SamError `bad-model` when the embedding lacks a tensor.
   */
  imageInputsOf(embedding: Embedding, geometry: ModelGeometry, constants: PlainTensors): PlainTensors;
  /**
   * The inputs for some prompts.
   *
   * @throws SamError `bad-model` when the export cannot take such a prompt.
   */
  promptInputsOf(prompts: PromptRange, geometry: ModelGeometry): PlainTensors;
  answerOf(outputs: PlainTensors, geometry: ModelGeometry): ExportedAnswer;
}

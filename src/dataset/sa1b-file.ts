import type { MaskRecord } from '../amg/mask-record.js';
import type { SkippedPrompt } from '../prompts/prompt-set.js';

/** The `image` part of an SA-1B file. */
export interface Sa1bImage {
  /** 1-based position of the picture in the run. */
  readonly image_id: number;
  /** Pixels of the upright picture. */
  readonly width: number;
  /** Pixels of the upright picture. */
  readonly height: number;
  /** Path below the input that the picture came from. */
  readonly file_name: string;
}

/** The content of an SA-1B file: one picture and its masks. */
export interface Sa1bFile {
  readonly image: Sa1bImage;
  readonly annotations: readonly MaskRecord[];
  /** Prompts that could not be asked of this picture; not there when there are none. */
  readonly skipped_prompts?: readonly SkippedPrompt[];
}

/** The text of an SA-1B file: one JSON document, an annotation a line so that people and `diff` can read it. */
export function sa1bJsonOf({ image, annotations, skipped_prompts }: Sa1bFile): string {
  const lines = annotations.map((annotation) => `\n${JSON.stringify(annotation)}`);
  const skipped = skipped_prompts ? `,"skipped_prompts":${JSON.stringify(skipped_prompts)}` : '';
  return `{"image":${JSON.stringify(image)},"annotations":[${lines.join(',')}]${skipped}}\n`;
}

/** The same content in one line. */
export function ndjsonLineOf(file: Sa1bFile): string {
  return `${JSON.stringify(file)}\n`;
}

import type { SkippedPrompt } from '../sam/image-prompts.js';
import type { MaskRecord } from '../sam/mask-record.js';

/** The `image` part of an SA-1B file. */
export interface Sa1bImage {
  /** 1-based position of the image in the run. */
  readonly image_id: number;
  /** Pixels of the upright image. */
  readonly width: number;
  /** Pixels of the upright image. */
  readonly height: number;
  /** Path below the input that the image came from. */
  readonly file_name: string;
}

/** The content of an SA-1B file: one image and its masks. */
export interface Sa1bFile {
  readonly image: Sa1bImage;
  readonly annotations: readonly MaskRecord[];
  /** Prompts that could not be asked of this image; not there when there are none. */
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

import type { MaskRecord } from '../amg/mask-record.js';

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
}

/** The text of an SA-1B file: one JSON document, an annotation a line so that people and `diff` can read it. */
export function sa1bJsonOf({ image, annotations }: Sa1bFile): string {
  const lines = annotations.map((annotation) => `\n${JSON.stringify(annotation)}`);
  return `{"image":${JSON.stringify(image)},"annotations":[${lines.join(',')}]}\n`;
}

/** The same content in one line. */
export function ndjsonLineOf({ image, annotations }: Sa1bFile): string {
  return `${JSON.stringify({ image, annotations })}\n`;
}

/**
 * sam-cli's own prompt files: one JSON document, or NDJSON with an image a line. schemas/prompts.schema.json describes both.
 *
 * @module
 */

import type { CocoRle, UncompressedCocoRle } from '../../mask/runs/coco-rle.js';
import type { Category, ImagePrompts, NamedPrompts } from '../../sam/image-prompts.js';
import { badField, checkedJson, type JsonSource, parsedJson } from '../json/parsed-json.js';
import type { JsonPath } from '../json/scanner.js';
import { promptedObjectOf } from '../prompted-object.js';
import { PROMPTS_SCHEMA } from './prompts-schema.js';

/** An object as the schema has it. */
interface JsonObject {
  readonly id?: number | string;
  readonly category_id?: number;
  readonly category?: string;
  readonly score?: number;
  readonly points?: readonly (readonly [number, number])[];
  readonly labels?: readonly number[];
  readonly box?: readonly [number, number, number, number];
  readonly mask?: CocoRle | UncompressedCocoRle;
}

interface JsonImage {
  readonly file_name: string;
  readonly width?: number;
  readonly height?: number;
  readonly relative?: boolean;
  readonly objects: readonly JsonObject[];
}

interface JsonDocument {
  readonly relative?: boolean;
  readonly categories?: readonly Category[];
  readonly images: readonly JsonImage[];
}

/**
 * The images of a document, or of a single image entry.
 *
 * @param value - The parsed text.
 * @param isRelative - What coordinates are where the file does not say.
 * @throws SamError `bad-prompt` with line and field.
 */
export function promptsOfDocument(
  source: JsonSource,
  value: unknown,
  isRelative = false,
): { images: NamedPrompts[]; categories: readonly Category[] } {
  const isSingle = typeof value === 'object' && value !== null && 'objects' in value;
  if (isSingle) return { images: [promptsOfImage(source, value, [], isRelative)], categories: [] };
  const document = checkedJson<JsonDocument>(source, value, PROMPTS_SCHEMA.$defs.document, PROMPTS_SCHEMA);
  const { images, categories = [], relative = isRelative } = document;
  return {
    images: images.map((image, i) => checkedImage(source, image, ['images', i], relative)),
    categories,
  };
}

/**
 * The images of an NDJSON text, one a line; empty lines are passed over.
 *
 * @throws SamError `bad-prompt` with line and field.
 */
export function promptsOfNdjson({ text, file }: JsonSource, isRelative = false): NamedPrompts[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    const source = { text: line, file, firstLine: i + 1 };
    return [promptsOfImage(source, parsedJson(source), [], isRelative)];
  });
}

function promptsOfImage(source: JsonSource, value: unknown, path: JsonPath, isRelative: boolean): NamedPrompts {
  const image = checkedJson<JsonImage>(source, value, PROMPTS_SCHEMA.$defs.image, PROMPTS_SCHEMA);
  return checkedImage(source, image, path, isRelative);
}

function checkedImage(source: JsonSource, image: JsonImage, path: JsonPath, isRelative: boolean): NamedPrompts {
  const { file_name, width, height, relative = isRelative, objects } = image;
  for (const [i, { points = [], labels }] of objects.entries()) {
    if (labels && labels.length !== points.length) {
      throw badField(
        source,
        [...path, 'objects', i, 'labels'],
        `${points.length} values, one a point,`,
        `${labels.length}`,
      );
    }
  }
  const prompts: ImagePrompts = {
    objects: objects.map((object, i) =>
      promptedObjectOf({ ...object, id: object.id ?? i + 1, isNamed: object.id !== undefined }),
    ),
    isRelative: relative,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
  return [file_name, prompts];
}

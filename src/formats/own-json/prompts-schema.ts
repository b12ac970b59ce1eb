import type { JsonSchema } from '../json/schema.js';

/**
 * What a prompt file of our own is: a whole document, or one line of NDJSON. Published as schemas/prompts.schema.json, which a test
 * holds equal to this.
 */
export const PROMPTS_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://unpkg.com/sam-cli/schemas/prompts.schema.json',
  title: 'Prompts of sam-cli segment',
  description: 'A whole file (.json), or one line of an .ndjson file: what to segment in which image.',
  anyOf: [{ $ref: '#/$defs/document' }, { $ref: '#/$defs/image' }],
  $defs: {
    document: {
      type: 'object',
      required: ['images'],
      additionalProperties: false,
      properties: {
        $schema: { type: 'string' },
        version: { const: 1 },
        relative: {
          type: 'boolean',
          description: "Whether coordinates are shares of the image's sides, 0 to 1. Default false: pixels.",
        },
        categories: { type: 'array', items: { $ref: '#/$defs/category' } },
        images: { type: 'array', items: { $ref: '#/$defs/image' } },
      },
    },
    category: {
      type: 'object',
      required: ['id', 'name'],
      additionalProperties: false,
      properties: {
        id: { type: 'integer' },
        name: { type: 'string' },
        supercategory: { type: 'string' },
      },
    },
    image: {
      type: 'object',
      required: ['file_name', 'objects'],
      additionalProperties: false,
      properties: {
        file_name: {
          type: 'string',
          minLength: 1,
          description: 'Path of the image, or the end of it, with forward slashes.',
        },
        width: { type: 'integer', minimum: 1, description: 'When given, the image must have it.' },
        height: { type: 'integer', minimum: 1, description: 'When given, the image must have it.' },
        relative: { type: 'boolean', description: 'As in the document, for this image.' },
        objects: { type: 'array', items: { $ref: '#/$defs/object' } },
      },
    },
    object: {
      type: 'object',
      additionalProperties: false,
      description: 'Points, a box and a mask of one object, together one prompt.',
      properties: {
        id: { type: ['integer', 'string'], description: 'Unique in its image. Default: its place, from 1.' },
        category_id: { type: 'integer' },
        category: { type: 'string' },
        score: { type: 'number' },
        points: {
          type: 'array',
          items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
          description: 'x, y each.',
        },
        labels: {
          type: 'array',
          items: { enum: [0, 1] },
          description: 'One a point: 1 the object, 0 background. Default: 1 each.',
        },
        box: {
          type: 'array',
          items: { type: 'number' },
          minItems: 4,
          maxItems: 4,
          description: 'x0, y0, x1, y1.',
        },
        mask: {
          type: 'object',
          required: ['size', 'counts'],
          additionalProperties: false,
          description:
            "COCO RLE of an earlier mask: of the image's size, or of the low-res grid (256 x 256, padding included).",
          properties: {
            size: {
              type: 'array',
              items: { type: 'integer', minimum: 1 },
              minItems: 2,
              maxItems: 2,
              description: 'height, width.',
            },
            counts: { type: ['string', 'array'], items: { type: 'integer', minimum: 0 } },
          },
        },
      },
    },
  },
} as const satisfies JsonSchema;

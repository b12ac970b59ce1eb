/* Parts of schemas that several formats have. */
import type { JsonSchema } from './schema.js';

export const ID: JsonSchema = { type: ['integer', 'string'] };

/** Width or height. */
export const SIDE: JsonSchema = { type: 'integer', minimum: 1 };

/** Four numbers, whatever they mean. */
export const BOX: JsonSchema = { type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4 };

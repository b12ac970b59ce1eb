/**
 * The part of JSON Schema (draft 2020-12) that our schemas use: the published schema of prompts is the very one that files are
 * checked with.
 *
 * @module
 */

import { SamError } from '../../errors.js';
import type { JsonPath } from './scanner.js';

/**
 * A JSON Schema, as far as {@link faultBySchema} knows it. The first five fields are for people and other programs: nothing is
 * checked by them.
 */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
}

/** What a value should have been, and where. */
export interface SchemaFault {
  readonly path: JsonPath;
  /** "a number", "at least 2 values". */
  readonly expected: string;
  readonly received: string;
}

const NOUNS: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'an array',
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  null: 'null',
};

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function hasType(value: unknown, type: string): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;
}

/** A value as a message shows it: short. */
function shown(value: unknown): string {
  const type = typeOf(value);
  if (type === 'object' || type === 'array') return NOUNS[type];
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

/** The first fault of a value by a schema, in the order of the value, or undefined. */
export function faultBySchema(
  value: unknown,
  schema: JsonSchema,
  root: JsonSchema = schema,
  path: JsonPath = [],
): SchemaFault | undefined {
  if (schema.$ref !== undefined) return faultBySchema(value, referenced(root, schema.$ref), root, path);
  const wrong = (expected: string): SchemaFault => ({ path, expected, received: shown(value) });
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  if (types && !types.some((type) => hasType(value, type))) return wrong(types.map((type) => NOUNS[type]).join(' or '));
  if ('const' in schema && value !== schema.const) return wrong(shown(schema.const));
  if (schema.enum && !schema.enum.includes(value)) return wrong(schema.enum.map(shown).join(' or '));
  if (typeof value === 'string' && value.length < (schema.minLength ?? 0)) return wrong('a string that is not empty');
  if (typeof value === 'number' && value < (schema.minimum ?? -Infinity)) return wrong(`at least ${schema.minimum}`);
  if (Array.isArray(value)) return faultOfArray(value, schema, root, path);
  if (typeOf(value) === 'object') return faultOfObject(value as Record<string, unknown>, schema, root, path);
  return undefined;
}

function faultOfArray(value: unknown[], schema: JsonSchema, root: JsonSchema, path: JsonPath): SchemaFault | undefined {
  const { minItems = 0, maxItems = Infinity, items } = schema;
  if (value.length < minItems || value.length > maxItems) {
    const count = minItems === maxItems ? `${minItems}` : `${minItems} to ${maxItems}`;
    return { path, expected: `${count} values`, received: `${value.length}` };
  }
  if (!items) return undefined;
  for (const [i, item] of value.entries()) {
    const fault = faultBySchema(item, items, root, [...path, i]);
    if (fault) return fault;
  }
  return undefined;
}

function faultOfObject(
  value: Record<string, unknown>,
  schema: JsonSchema,
  root: JsonSchema,
  path: JsonPath,
): SchemaFault | undefined {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const missing = required.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) {
    const { type } = properties[missing]?.$ref
      ? referenced(root, properties[missing].$ref)
      : (properties[missing] ?? {});
    const noun =
      type === undefined
        ? 'a value'
        : [type]
            .flat()
            .map((each) => NOUNS[each])
            .join(' or ');
    return { path: [...path, missing], expected: noun, received: 'nothing' };
  }
  for (const [name, each] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) {
      const fault = faultBySchema(each, properties[name], root, [...path, name]);
      if (fault) return fault;
    } else if (!additionalProperties) {
      const known = Object.keys(properties).join(', ');
      return { path: [...path, name], expected: `one of the fields ${known}`, received: `the field ${name}` };
    }
  }
  return undefined;
}

function referenced(root: JsonSchema, ref: string): JsonSchema {
  const found = root.$defs?.[ref.replace('#/$defs/', '')];
  if (!found) throw new SamError('bad-schema', `Expected ${ref} in the schema but it is not there`);
  return found;
}

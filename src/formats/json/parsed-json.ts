import type { SamError } from '../../errors.js';
import { badPrompt } from '../bad-prompt.js';
import { fieldOfPath, type JsonPath, lineOfOffset, offsetOfPath, syntaxErrorOffset } from './scanner.js';
import { faultBySchema, type JsonSchema } from './schema.js';

/** A JSON text with the names that messages need. */
export interface JsonSource {
  readonly text: string;
  /** File, as the user named it. */
  readonly file: string;
  /** Line of the file in which the text starts. @default 1 */
  readonly firstLine?: number;
}

/** The `bad-prompt` error about a field of a JSON text. */
export function badField(source: JsonSource, path: JsonPath, expected: string, received: string): SamError {
  const line = (source.firstLine ?? 1) - 1 + lineOfOffset(source.text, offsetOfPath(source.text, path));
  const field = fieldOfPath(path) || 'the whole file';
  return badPrompt(source.file, line, `Expected ${expected} for ${field} but received ${received}`);
}

/**
 * The value of a JSON text.
 *
 * @throws SamError `bad-prompt` with the line and what stands there, when it is not JSON.
 */
export function parsedJson({ text, file, firstLine = 1 }: JsonSource): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const offset = syntaxErrorOffset(text) ?? 0;
    const rest = text.slice(offset, offset + 20).split('\n')[0];
    const received = rest === '' ? 'the end' : JSON.stringify(rest);
    const hint = /^-?(NaN|Infinity)/.test(rest)
      ? 'JSON has no NaN and no Infinity: leave such prompts out.'
      : undefined;
    const line = firstLine - 1 + lineOfOffset(text, offset);
    throw badPrompt(file, line, `Expected JSON but received ${received}`, hint);
  }
}

/**
 * A JSON value, checked by a schema.
 *
 * @throws SamError `bad-prompt` with line and field of the first fault.
 */
export function checkedJson<T>(source: JsonSource, value: unknown, schema: JsonSchema, root: JsonSchema = schema): T {
  const fault = faultBySchema(value, schema, root);
  if (fault) throw badField(source, fault.path, fault.expected, fault.received);
  return value as T;
}

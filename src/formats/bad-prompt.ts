import { SamError } from '../errors.js';

/** The `bad-prompt` error about a line of a file. */
export function badPrompt(file: string, line: number | undefined, message: string, hint?: string): SamError {
  const place = line === undefined ? file : `${file}, line ${line}`;
  return new SamError('bad-prompt', `${message} (${place})`, hint);
}

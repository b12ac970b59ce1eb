import { SamError } from '../../errors.js';
import type { PromptsReference } from '../../execute/job.js';
import type { PromptFormat, PromptSet } from './prompt-set.js';
import { readPromptSet } from './read-prompt-set.js';
import { samePromptSet } from './same-prompts.js';

/**
 * Opens what a job refers to.
 *
 * @throws SamError `bad-prompt` with line and field when a file is malformed, `bad-usage` when it cannot be read or recognised or the
 *   prompts cannot be asked of every image.
 */
export async function openPrompts(reference: PromptsReference): Promise<PromptSet> {
  if (reference.kind === 'same') return samePromptSet(reference);
  const { path, format, isRelative } = reference;
  const prompts = await readPromptSet(path, { isRelative, ...(format && { format: format as PromptFormat }) });
  if (isRelative && !['json', 'ndjson', 'csv'].includes(prompts.format)) {
    throw new SamError(
      'bad-usage',
      `Expected --relative with prompts of our own formats but received ${prompts.format}`,
    );
  }
  return prompts;
}

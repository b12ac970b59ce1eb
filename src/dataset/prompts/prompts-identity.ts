import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { PromptsReference } from '../../execute/job.js';
import type { PromptSet } from './prompt-set.js';

/** What tells prompts from others, for a run's manifest. */
export async function identityOfPrompts(
  reference: PromptsReference,
  { format }: PromptSet,
): Promise<Record<string, unknown>> {
  const relative = reference.isRelative;
  if (reference.kind === 'same') return { points: reference.points, boxes: reference.boxes, relative };
  const { path } = reference;
  if ((await stat(path)).isDirectory()) return { format, folder: path, relative };
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return { format, sha256, relative };
}

import { SamError } from '../../errors.js';
import type { PromptsReference } from '../../execute/job.js';
import { isSameFile } from '../../storage/same-file.js';
import { WHOLE } from '../plan/shard.js';
import { openPrompts } from '../prompts/open-prompts.js';
import type { OpenedPrompts } from '../prompts/prompt-set.js';
import { type PlannedInputs, type RunIdentity, readManifest } from '../run-folder/manifest.js';
import { allowedDifferences } from '../run-folder/run-folder.js';
import type { DatasetRun } from './dataset-run.js';
import { expectedOf, modelIdentityOf, settingsIdentityOf } from './run-identity.js';
import type { RunOutput } from './run-output.js';

/** What is known of a run before its images are listed. */
export interface IdentifiedRun {
  readonly identity: RunIdentity;
  /** What an earlier start was asked for. */
  readonly earlierInputs: readonly PlannedInputs[];
  /** What is allowed to differ from it, in words. */
  readonly differences: readonly string[];
}

/**
 * The prompts of a run.
 *
 * @throws SamError as `openPrompts`, and `bad-usage` for a folder of labels that the run writes to: on the next start its results would
 *   be taken for labels.
 */
export async function openedPrompts(prompts: PromptsReference, { storage }: RunOutput): Promise<OpenedPrompts> {
  const isOutput = prompts.kind === 'file' && (await isSameFile(prompts.path, storage.location));
  if (!isOutput) return openPrompts(prompts);
  throw new SamError(
    'bad-usage',
    `Expected a folder of its own for results but ${storage.location} is that of the prompts`,
    'Choose another output folder.',
  );
}

/** Who the run is, before anything is made: a wrong command leaves no trace. */
export async function identify(
  run: DatasetRun,
  { sink, storage }: RunOutput,
  prompts: OpenedPrompts | undefined,
): Promise<IdentifiedRun> {
  const { job, shard = WHOLE, resume = {} } = run;
  const earlier = await readManifest(storage).catch((error: unknown) => {
    if (resume.overwrite) return undefined;
    throw error;
  });
  const identity: RunIdentity = {
    job: job.kind,
    model: modelIdentityOf(job, expectedOf(job, earlier?.model)),
    settings: settingsIdentityOf(job, prompts),
    output: sink.identity,
    shard,
  };
  const differences = allowedDifferences(earlier, identity, storage.location, resume);
  return { identity, earlierInputs: earlier?.inputs ?? [], differences };
}

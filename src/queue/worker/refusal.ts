import { differenceInWords, identityDifferences } from '../../dataset/run-folder/manifest.js';
import { expectedOf, modelIdentityOf, settingsIdentityOf } from '../../dataset/scheduler/run-identity.js';
import type { ExecutorInfo } from '../../execute/executor.js';
import { installedVersions, type QueuedRun } from '../queued-run.js';
import { promptsOfJob } from './run-parts.js';

/**
 * Why this installation must not do a run: its results would mix with others that are not alike.
 *
 * @param loaded - How the model runs here. @default as the run expects, as long as it is not loaded
 * @returns What differs, in words; empty when nothing does.
 * @throws SamError `bad-usage` or `bad-model` for a model that there is not here.
 */
export async function differencesHere(run: QueuedRun, loaded?: ExecutorInfo): Promise<string[]> {
  const versions = Object.entries(installedVersions()).flatMap(([name, now]) => {
    const before = run.versions[name as keyof typeof run.versions];
    return before === now ? [] : [differenceInWords({ part: `version of ${name}`, before, now })];
  });
  const { job, identity } = run;
  const model = modelIdentityOf(job, loaded ?? expectedOf(job, identity.model));
  // those of words name files of a model, too
  const settings = settingsIdentityOf(job, await promptsOfJob(job));
  const others = identityDifferences(identity, { ...identity, model, settings }).map(differenceInWords);
  return [...versions, ...others];
}

import { differenceInWords, identityDifferences } from '../../dataset/run-folder/manifest.js';
import { expectedOf, modelIdentityOf } from '../../dataset/scheduler/run-identity.js';
import type { ExecutorInfo } from '../../execute/executor.js';
import { installedVersions, type QueuedRun } from '../queued-run.js';

/**
 * Why this installation must not do a run: its results would mix with others.
 *
 * @param loaded - How the model runs here. @default as the run expects, as long as it is not loaded
 * @returns What differs, in words; empty when nothing does.
 * @throws SamError `bad-usage` or `bad-model` for a model that there is not here.
 */
export function differencesHere(run: QueuedRun, loaded?: ExecutorInfo): string[] {
  const versions = Object.entries(installedVersions()).flatMap(([name, now]) => {
    const before = run.versions[name as keyof typeof run.versions];
    return before === now ? [] : [differenceInWords({ part: `version of ${name}`, before, now })];
  });
  const model = modelIdentityOf(run.job, loaded ?? expectedOf(run.job, run.identity.model));
  const models = identityDifferences(run.identity, { ...run.identity, model }).map(differenceInWords);
  return [...versions, ...models];
}

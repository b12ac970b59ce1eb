import { openPrompts } from '../../dataset/prompts/open-prompts.js';
import type { OpenedPrompts } from '../../dataset/prompts/prompt-set.js';
import { QUEUE_FOLDER } from '../../dataset/run-folder/file-names.js';
import { begunAtOf, readManifest } from '../../dataset/run-folder/manifest.js';
import { wordCategoriesOf } from '../../dataset/run-folder/words-identity.js';
import { ImagePrompter } from '../../dataset/scheduler/image-prompter.js';
import { type OutputFormat, sinkFor } from '../../dataset/scheduler/output-formats.js';
import type { LoopParts } from '../../dataset/scheduler/run-loop.js';
import { ImageReader } from '../../dataset/sources/image-reader.js';
import { openInputs } from '../../dataset/sources/input-images.js';
import type { Source } from '../../dataset/sources/source.js';
import { SamError } from '../../errors.js';
import type { Job } from '../../execute/job.js';
import { openStorage } from '../../storage/open-storage.js';
import type { Storage } from '../../storage/storage.js';
import { absoluteLocation } from '../location.js';
import type { QueuedRun } from '../queued-run.js';

/** What the images of a run are read with and written to, in a worker. */
export interface WorkerParts extends Pick<LoopParts, 'sink' | 'reader' | 'prompter'> {
  readonly storage: Storage;
  readonly source: Source;
  close(): Promise<void>;
}

/**
 * Opens the source and the sink of a run: those of a run in one process, but for what only one process may do.
 *
 * @param worker - Keeps apart what several workers write at the same time.
 */
export async function openParts(
  { job, identity, output, limits, folder }: QueuedRun,
  worker: string,
): Promise<WorkerParts> {
  const storage = openStorage(output.folder, `${QUEUE_FOLDER}/tmp/${worker}`);
  // what a format makes of all images is made at the end of the run
  const sink = sinkFor({ ...output, format: identity.output.format as OutputFormat });
  const source = seenFrom(folder, openInputs({ inputs: [] }));
  const prompts = await promptsOfJob(job);
  await sink.open({
    storage,
    isNew: false,
    ...(prompts && { prompts }),
    wordCategories: wordCategoriesOf(identity.settings),
    async *newImages() {},
    async *journalLines() {},
  });
  return {
    storage,
    source,
    sink,
    reader: new ImageReader(source, limits, sink.copiesImages),
    prompter: new ImagePrompter(prompts),
    async close() {
      await source.close();
      await sink.close();
      await storage.removeTemporaryFiles();
    },
  };
}

/** The prompts of a job; undefined where it takes none. */
export async function promptsOfJob(job: Job): Promise<OpenedPrompts | undefined> {
  return job.kind === 'segment' ? openPrompts(job.prompts) : undefined;
}

/**
 * Looks whether this machine sees the run's own folder: one that does not would write results where nobody looks for them. Results of a run that
 * another one took the place of would be among those of that one.
 *
 * @throws SamError `bad-run-folder`
 */
export async function checkSeesRun({ output, begunAt }: QueuedRun): Promise<void> {
  const storage = openStorage(output.folder);
  const manifest = await readManifest(storage);
  if (manifest && begunAtOf(manifest) === begunAt) return;
  const found = manifest ? `one of ${begunAtOf(manifest)} took its place` : 'this machine finds none there';
  throw new SamError('bad-run-folder', `Expected the run of ${begunAt} in ${storage.location} but ${found}`);
}

/** A source whose relative paths start from a folder. */
function seenFrom(folder: string, source: Source): Source {
  return {
    images: () => source.images(),
    open: (image, options) => source.open({ ...image, path: absoluteLocation(image.path, folder) }, options),
    close: () => source.close(),
  };
}

import { messageOf, SamError } from '../../errors.js';
import { packageVersion } from '../../package-root.js';
import { completeLengthOf } from '../../storage/lines.js';
import type { AppendFile, LockOptions, Storage, StorageLock } from '../../storage/storage.js';
import type { OutputNames } from '../plan/output-names.js';
import type { Plan } from '../plan/plan.js';
import { shareOf } from '../plan/shard.js';
import { BatchRecords } from './batch-records.js';
import { failureLineOf, rewriteFailures } from './failures.js';
import { RUN_FILES } from './file-names.js';
import { type FailuresByCode, Journal } from './journal.js';
import { type DoneLine, type FailedLine, journalLines } from './journal-lines.js';
import {
  begunAtOf,
  differenceInWords,
  identityDifferences,
  type Manifest,
  manifestOf,
  type PlannedInputs,
  type RunIdentity,
  readManifest,
  writeManifest,
} from './manifest.js';
import { foreignFile } from './own-files.js';
import { StorageWithoutRun } from './storage-without-run.js';

/** What to do about what an earlier run left in the output folder. */
export interface ResumePolicy {
  /** Start again: its records and its own files are removed. @default false */
  readonly overwrite?: boolean;
  /** Go on although the model or a setting is another one; records made so far stay as they are. @default false */
  readonly force?: boolean;
  /** Try images again that failed. @default false */
  readonly retryFailed?: boolean;
}

/** Options of {@link RunFolder.open}. */
export interface OpenOptions extends LockOptions {
  /** Told, as a sentence for the user, of notes of workers that are damaged. */
  readonly onNotice?: (message: string) => void;
}

/** Results of two formats in one folder could not be told apart. */
const NEVER_CHANGES: ReadonlySet<string> = new Set(['job', 'output.format']);

/**
 * What differs from the earlier run, in words; empty when nothing does or there was none.
 *
 * @param place - The output folder, in words.
 * @throws SamError `changed-run` unless the policy allows it.
 */
export function allowedDifferences(
  before: Manifest | undefined,
  now: RunIdentity,
  place: string,
  { overwrite = false, force = false }: ResumePolicy,
): string[] {
  if (!before || overwrite) return [];
  const differences = identityDifferences(before, now);
  const words = differences.map(differenceInWords);
  if (differences.length === 0) return words;
  const isForceable = !differences.some(({ part }) => NEVER_CHANGES.has(part));
  if (force && isForceable) return words;
  throw new SamError(
    'changed-run',
    `Expected the model and settings that ${place} was begun with but received others: ${words.join('; ')}`,
    `Choose another output folder, or start again with --overwrite${isForceable ? ', or go on with --force: records made so far stay as they are' : ''}.`,
  );
}

/**
 * Looks whether a folder without a manifest is free for a run.
 *
 * @throws SamError `bad-run-folder`
 */
async function checkIsNew(storage: Storage): Promise<void> {
  if ((await completeLengthOf(storage, RUN_FILES.journal)) > 0) {
    throw new SamError(
      'bad-run-folder',
      `Expected ${storage.locate(RUN_FILES.manifest)} beside a journal but it is not there`,
      'Put it back, choose another output folder, or start again with --overwrite.',
    );
  }
  const { failures } = RUN_FILES;
  if ((await storage.sizeOf(failures)) !== undefined) throw foreignFile(storage, failures);
}

/** What a run folder is opened with. */
interface OpenedFiles extends Pick<RunFolder, 'storage' | 'journal'> {
  readonly lock: StorageLock;
  readonly manifest: Manifest;
  /** As it was found; undefined when there was none. */
  readonly before: Manifest | undefined;
  /** Where the run is that this one takes the place of. */
  readonly without: StorageWithoutRun | undefined;
}

/** Where the images of a plan are in a run. */
export interface PlacedPlan {
  /** Id of the plan's first image. */
  readonly firstImageId: number;
  /** Position in the plan from which on no earlier start was asked for the images. */
  readonly firstNew: number;
}

/** The own files of one run, open: manifest, journal and failures.ndjson. */
export class RunFolder {
  /** The run's place; a run that is started again sees nothing in it of the earlier one. */
  readonly storage: Storage;
  readonly journal: Journal;
  /** Whether no run was here before. */
  readonly isNew: boolean;
  readonly #lock: StorageLock;
  readonly #without: StorageWithoutRun | undefined;
  /** Of the starts before, those too whose run this one takes the place of: of the last images that they did, records may be there that no line tells of. */
  readonly #askedBefore: readonly PlannedInputs[];
  #manifest: Manifest;
  #failures: Promise<AppendFile> | undefined;

  private constructor({ storage, journal, lock, manifest, before, without }: OpenedFiles) {
    this.storage = storage;
    this.#without = without;
    this.#lock = lock;
    this.journal = journal;
    this.#manifest = manifest;
    this.isNew = before === undefined;
    const replaced = without?.manifest;
    const wroteAlike = replaced?.output.format === manifest.output.format;
    this.#askedBefore = before?.inputs ?? (wroteAlike ? replaced?.inputs : undefined) ?? [];
  }

  /**
   * Opens the files of a run in its output folder, made if need be, for this process alone.
   *
   * @param options - What is told when another machine may be working there or notes of workers are damaged, and what ends the wait.
   * @throws SamError `run-in-use`, `changed-run`, `bad-run-folder` or `unwritable-output`; the reason of the signal that ends the
   *   wait.
   */
  static async open(
    place: Storage,
    identity: RunIdentity,
    policy: ResumePolicy,
    command: readonly string[],
    { onNotice, ...waiting }: OpenOptions = {},
  ): Promise<RunFolder> {
    const lock = await place.lock(RUN_FILES.lock, waiting);
    let journal: Journal | undefined;
    try {
      const without = policy.overwrite ? await StorageWithoutRun.of(place) : undefined;
      const storage = without ?? place;
      const before = await readManifest(storage);
      if (!before) await checkIsNew(storage);
      allowedDifferences(before, identity, storage.location, policy);
      await storage.removeTemporaryFiles();
      const starts = [
        ...(before?.starts ?? []),
        { at: new Date().toISOString(), version: packageVersion, command: [...command] },
      ];
      const { inputs = [], merged_from } = before ?? {};
      const parts = { ...identity, inputs, starts, ...(merged_from && { merged_from }) };
      const manifest = manifestOf(parts, packageVersion);
      journal = await Journal.open(storage);
      await new BatchRecords(storage, begunAtOf(manifest), onNotice).joinTo(journal);
      await rewriteFailures(storage, journal);
      return new RunFolder({ storage, lock, journal, manifest, before, without });
    } catch (error) {
      await journal?.close();
      await lock.release();
      throw error;
    }
  }

  /**
   * Takes notice of what the run is about; nothing is written. Images that were planned before keep their ids, further ones at the end
   * go on counting, and other ones count on from all there were.
   *
   * @param names - Keeps the names of records that other images have here.
   */
  async place(plan: Plan, names: OutputNames): Promise<PlacedPlan> {
    const { inputs } = this.#manifest;
    const known = inputs.find(({ count, sha256 }) => count === plan.digest.count && sha256 === plan.digest.sha256);
    const last = inputs.at(-1);
    let now: PlannedInputs;
    if (known) now = known;
    else if (last && plan.beginsWith(last)) now = { first_image_id: last.first_image_id, ...plan.digest };
    else now = { first_image_id: last ? last.first_image_id + last.count : 1, ...plan.digest };
    const others = inputs.filter((earlier) => earlier.first_image_id !== now.first_image_id);
    const all = [...others, now].sort((a, b) => a.first_image_id - b.first_image_id);
    this.#manifest = { ...this.#manifest, inputs: all };
    if (all.length > 1) await this.#reserveNames(names, now);
    const counts = this.#askedBefore.filter((earlier) => plan.beginsWith(earlier)).map(({ count }) => count);
    return { firstImageId: now.first_image_id, firstNew: Math.max(0, ...counts) };
  }

  /** Removes the run that this one takes the place of and writes the manifest. Whatever may refuse a run has done so before. */
  async begin(): Promise<void> {
    await this.#without?.removeRun();
    await writeManifest(this.storage, this.#manifest);
  }

  /**
   * Takes notice of the model as it was loaded, which is not all known before. Where no record was made yet, any will do.
   *
   * @returns how it differs from the one that made the records, in words, where the policy allows that.
   * @throws SamError `changed-run` where it does not.
   */
  async confirmModel(model: RunIdentity['model'], policy: ResumePolicy): Promise<string[]> {
    const now: Manifest = { ...this.#manifest, model };
    if (identityDifferences(this.#manifest, now).length === 0) return [];
    const words = this.journal.done > 0 ? allowedDifferences(this.#manifest, now, this.storage.location, policy) : [];
    this.#manifest = now;
    await writeManifest(this.storage, now);
    return words;
  }

  /**
   * Takes the inputs of runs that are merged here; nothing is written.
   *
   * @returns whether no start was asked for them before.
   */
  adopt(inputs: readonly PlannedInputs[], mergedFrom: readonly string[]): boolean {
    this.#manifest = { ...this.#manifest, inputs, merged_from: mergedFrom };
    return JSON.stringify(inputs) !== JSON.stringify(this.#askedBefore);
  }

  /** What the records depend on; complete once the model is confirmed. */
  get identity(): RunIdentity {
    const { job, model, settings, output, shard } = this.#manifest;
    return { job, model, settings, output, shard };
  }

  /** See {@link begunAtOf}. */
  get begunAt(): string {
    return begunAtOf(this.#manifest);
  }

  /** Images that all starts were asked for. */
  get planned(): number {
    const { inputs, shard } = this.#manifest;
    return inputs.reduce((sum, { count }) => sum + shareOf(count, shard), 0);
  }

  /** Whether images were asked for here that the present plan does not have. */
  get hasOtherInputs(): boolean {
    return this.#manifest.inputs.length > 1;
  }

  /** Notes an image whose record is written. */
  async done(line: DoneLine): Promise<void> {
    await this.journal.append(line);
  }

  /** Notes an image that could not be done. */
  async failed(line: FailedLine): Promise<void> {
    await this.journal.append(line);
    this.#failures ??= this.storage.append(RUN_FILES.failures);
    await (await this.#failures).append(failureLineOf(line));
  }

  /** Makes failures.ndjson agree with the journal and answers what is in it. */
  async settleFailures(): Promise<FailuresByCode> {
    await this.#closeFailures();
    await rewriteFailures(this.storage, this.journal);
    return this.journal.failuresByCode;
  }

  /** Writes the summary. */
  async writeSummary(summary: object): Promise<void> {
    await this.storage.write(RUN_FILES.summary, `${JSON.stringify(summary, null, 2)}\n`);
  }

  /** Closes the files and gives the folder free. */
  async close(): Promise<void> {
    try {
      await this.#closeFailures();
      await this.journal.close();
      await this.storage.removeTemporaryFiles();
    } catch (error) {
      const journal = this.storage.locate(RUN_FILES.journal);
      throw new SamError('unwritable-output', `Could not close ${journal}: ${messageOf(error)}`);
    } finally {
      await this.#lock.release();
    }
  }

  async #closeFailures(): Promise<void> {
    const failures = await this.#failures?.catch(() => undefined);
    this.#failures = undefined;
    await failures?.close();
  }

  async #reserveNames(names: OutputNames, now: PlannedInputs): Promise<void> {
    const isOwn = (id: number) => id >= now.first_image_id && id < now.first_image_id + now.count;
    for await (const lines of journalLines(this.storage)) {
      for (const line of lines) {
        if (line.state === 'done' && !isOwn(line.image_id)) names.reserve(line.output.replace(/\.json$/, ''));
      }
    }
  }
}

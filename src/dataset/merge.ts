import { resolve } from 'node:path';
import { SamError } from '../errors.js';
import { checkFolder } from '../storage/check-folder.js';
import { FolderStorage } from '../storage/folder-storage.js';
import type { LockOptions, Storage } from '../storage/storage.js';
import { mergeCocoFiles, refuseForeignCoco } from './merge-coco.js';
import { type Shard, WHOLE } from './plan/shard.js';
import { RUN_FILES } from './run-folder/file-names.js';
import type { FailuresByCode } from './run-folder/journal.js';
import { type DoneLine, type JournalLine, journalLines } from './run-folder/journal-lines.js';
import { LineIndex, type LinePlace } from './run-folder/line-index.js';
import { differenceInWords, identityDifferences, type Manifest, readManifest } from './run-folder/manifest.js';
import { refuseForeign } from './run-folder/own-files.js';
import { RunFolder } from './run-folder/run-folder.js';
import { PartFilesSink } from './sinks/part-files-sink.js';
import type { PART_FORMATS } from './sinks/part-format.js';

/** What {@link mergeRuns} found. */
export interface MergeReport {
  /** Images of the whole run. */
  readonly planned: number;
  /** Records written. */
  readonly images: number;
  readonly masks: number;
  readonly failures: number;
  readonly failures_by_code: FailuresByCode;
  /** Images that none of the folders has a record or a failure of. */
  readonly gaps: number;
  /** Ids of the first of them. */
  readonly first_gaps: readonly number[];
  /** Parts of the run that no folder was given for, as `--shard` names them. */
  readonly missing_shards: readonly string[];
  /** Images that several folders have a record of; that of the folder named first was taken. */
  readonly duplicates: number;
  /** Ids of the first of them. */
  readonly first_duplicates: readonly number[];
  /** What became of the COCO files of the parts, in words; not there when they have none. */
  readonly coco?: string;
}

/** Ids named in a report; the counts are of all. */
const NAMED_IDS = 20;

/** Options of {@link mergeRuns}. */
export interface MergeOptions extends LockOptions {
  /** Output folders of the parts. */
  readonly folders: readonly string[];
  /** Output folder of the whole. */
  readonly out: string;
  /** Whether what an earlier run or merge made in `out` is removed. @default false */
  readonly overwrite?: boolean;
  /** For the manifest. */
  readonly command: readonly string[];
}

interface Part {
  readonly storage: Storage;
  readonly manifest: Manifest;
}

async function partOf(folder: string): Promise<Part> {
  const storage = new FolderStorage(folder);
  const manifest = await readManifest(storage);
  if (manifest) return { storage, manifest };
  throw new SamError('bad-usage', `Expected the output folder of a run but found no manifest in ${folder}`);
}

function checkAgreement(first: Part, others: readonly Part[]): void {
  for (const { storage, manifest } of others) {
    const differences = identityDifferences(first.manifest, manifest).filter(({ part }) => !part.startsWith('shard.'));
    const words = differences.map(differenceInWords);
    const sameInputs = JSON.stringify(first.manifest.inputs) === JSON.stringify(manifest.inputs);
    if (!sameInputs) words.push('the inputs are others');
    if (words.length === 0) continue;
    throw new SamError(
      'bad-usage',
      `Expected parts of one run but ${first.storage.location} and ${storage.location} differ: ${words.join('; ')}`,
    );
  }
}

function missingShardsOf(parts: readonly Part[]): string[] {
  const shards: Shard[] = parts.map(({ manifest }) => manifest.shard);
  const { count } = shards[0];
  if (shards.some((shard) => shard.count !== count)) return [];
  const there = new Set(shards.map(({ index }) => index));
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => !there.has(index))
    .map((index) => `${index}/${count}`);
}

/** Some of the images that a report names, and the count of all. */
class NamedImages {
  readonly first: number[] = [];
  count = 0;

  add(id: number): void {
    this.count++;
    if (this.first.length < NAMED_IDS) this.first.push(id);
  }
}

/** For each image, where the line is that tells its end. */
async function indexOf(
  parts: readonly Part[],
  highestId: number,
): Promise<{ index: LineIndex; duplicates: NamedImages }> {
  const index = new LineIndex(highestId);
  const duplicates = new NamedImages();
  for (const [number, { storage }] of parts.entries()) {
    let offset = 0;
    for await (const lines of journalLines(storage)) {
      for (const line of lines) {
        // what JSON.stringify wrote, it writes again
        const length = Buffer.byteLength(JSON.stringify(line));
        const isDone = line.state === 'done';
        if (index.note(line.image_id, { part: number, offset, length, isDone })) duplicates.add(line.image_id);
        offset += length + 1;
      }
    }
  }
  return { index, duplicates };
}

/** Writes what the parts have of an image to the whole, byte for byte. */
class ImageCopier {
  readonly #parts: readonly Part[];
  readonly #whole: RunFolder;
  readonly #sink: PartFilesSink | undefined;

  private constructor(parts: readonly Part[], whole: RunFolder, sink: PartFilesSink | undefined) {
    this.#parts = parts;
    this.#whole = whole;
    this.#sink = sink;
  }

  /**
   * @param newOutputs - Names of the files of records that are to be written where no start wrote them before.
   * @throws SamError `bad-run-folder` when a file in the way is someone else's.
   */
  static async open(parts: readonly Part[], whole: RunFolder, newOutputs: AsyncIterable<string>): Promise<ImageCopier> {
    const { output } = parts[0].manifest;
    const format = output.format as 'json' | keyof typeof PART_FORMATS;
    if (format === 'json') {
      await refuseForeign(whole.storage, newOutputs, '.json');
      return new ImageCopier(parts, whole, undefined);
    }
    const sink = new PartFilesSink(format, { recordsPerFile: Number(output.shard_size) });
    await sink.open({ storage: whole.storage });
    return new ImageCopier(parts, whole, sink);
  }

  /** @returns whether the image is settled now: not when its record's file is gone. */
  async copy(place: LinePlace): Promise<boolean> {
    const { storage } = this.#parts[place.part];
    const line = await lineAt(this.#parts, place);
    if (line.state === 'failed') {
      await this.#whole.failed(line);
      return true;
    }
    const copied = await this.#copyRecord(storage, line);
    if (copied) await this.#whole.done(copied);
    return copied !== undefined;
  }

  async close(): Promise<void> {
    await this.#sink?.close();
  }

  /** @returns the line of the record's new place; undefined when its file is gone. */
  async #copyRecord(storage: Storage, line: DoneLine): Promise<DoneLine | undefined> {
    if (!this.#sink) {
      const record = await storage.read(line.output);
      if (!record) return undefined;
      await this.#whole.storage.write(line.output, record);
      return line;
    }
    if ((await storage.sizeOf(line.output)) === undefined) return undefined;
    const record = await storage.readRange(line.output, { start: line.start ?? 0, end: line.end ?? 0 });
    return { ...line, ...(await this.#sink.append(record)) };
  }
}

/** The files of the records that are to be copied. */
async function* outputsOf(parts: readonly Part[], index: LineIndex, highestId: number): AsyncGenerator<string> {
  for (let id = 1; id <= highestId; id++) {
    const place = index.at(id);
    if (!place?.isDone) continue;
    const line = await lineAt(parts, place);
    if (line.state === 'done') yield line.output;
  }
}

async function lineAt(parts: readonly Part[], { part, offset, length }: LinePlace): Promise<JournalLine> {
  const { storage } = parts[part];
  const bytes = await storage.readRange(RUN_FILES.journal, { start: offset, end: offset + length });
  return JSON.parse(Buffer.from(bytes).toString('utf8'));
}

/**
 * Copies what the parts have of every image.
 *
 * @param isNew - Whether no start was asked for these images before.
 * @returns the images that none of them has anything of.
 */
async function copyAll(
  parts: readonly Part[],
  whole: RunFolder,
  { index, highestId, isNew }: { index: LineIndex; highestId: number; isNew: boolean },
): Promise<NamedImages> {
  const gaps = new NamedImages();
  const copier = await ImageCopier.open(parts, whole, outputsOf(parts, index, isNew ? highestId : 0));
  try {
    await whole.begin();
    for (let id = 1; id <= highestId; id++) {
      const place = index.at(id);
      const isSettled = place !== undefined && (await copier.copy(place));
      if (!isSettled) gaps.add(id);
    }
  } finally {
    await copier.close();
  }
  return gaps;
}

/**
 * Joins the output folders of a run's shards to one that is as if one process had made it: records byte for byte, in the order of
 * the images, with a journal, failures.ndjson and a manifest, so that the same command can go on in it. Their COCO files become one.
 *
 * @throws SamError `bad-usage` when the folders are not parts of one run, `run-in-use`, `unwritable-output`; the reason of the
 *   signal that ends the wait for a lock.
 */
export async function mergeRuns(options: MergeOptions): Promise<MergeReport> {
  const { folders, out, overwrite = false, command, ...waiting } = options;
  await checkFolder(out, '--out');
  if (folders.some((folder) => resolve(folder) === resolve(out))) {
    throw new SamError('bad-usage', `Expected a folder of its own for --out but ${out} is one of the parts`);
  }
  const parts = await Promise.all(folders.map(partOf));
  checkAgreement(parts[0], parts.slice(1));
  const storage = new FolderStorage(out);
  if (!overwrite && (await readManifest(storage))) {
    throw new SamError('bad-usage', `Expected a new folder for --out but ${out} holds a run`, 'Or use --overwrite.');
  }
  const { manifest } = parts[0];
  const last = manifest.inputs.at(-1);
  const highestId = last ? last.first_image_id + last.count - 1 : 0;
  const { index, duplicates } = await indexOf(parts, highestId);
  const whole = await RunFolder.open(storage, { ...manifest, shard: WHOLE }, { overwrite }, command, waiting);
  try {
    const isNew = whole.adopt(manifest.inputs, folders);
    await refuseForeignCoco(parts, storage);
    const gaps = await copyAll(parts, whole, { index, highestId, isNew });
    const failuresByCode = await whole.settleFailures();
    const coco = await mergeCocoFiles(parts, storage, manifest);
    const { done, failed, masks } = whole.journal;
    const report: MergeReport = {
      planned: manifest.inputs.reduce((sum, { count }) => sum + count, 0),
      images: done,
      masks,
      failures: failed,
      failures_by_code: failuresByCode,
      gaps: gaps.count,
      first_gaps: gaps.first,
      missing_shards: missingShardsOf(parts),
      duplicates: duplicates.count,
      first_duplicates: duplicates.first,
      ...(coco !== undefined && { coco }),
    };
    await whole.writeSummary({ finished_at: new Date().toISOString(), merged: report });
    return report;
  } finally {
    await whole.close();
  }
}

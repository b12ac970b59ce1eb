import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SamError } from '../errors.js';
import { writeAtomic } from '../storage/write-atomic.js';
import { type Shard, WHOLE } from './plan/shard.js';
import type { FailuresByCode } from './run-folder/failures.js';
import { type DoneLine, type JournalLine, journalLines } from './run-folder/journal-lines.js';
import { LineIndex } from './run-folder/line-index.js';
import { differenceInWords, identityDifferences, type Manifest, readManifest } from './run-folder/manifest.js';
import { runFolderPaths } from './run-folder/paths.js';
import { RunFolder } from './run-folder/run-folder.js';
import { PartFilesSink } from './sinks/part-files-sink.js';
import { PART_FORMATS } from './sinks/part-format.js';
import type { OutputFormat } from './sinks/sink.js';

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
}

/** Ids named in a report; the counts are of all. */
const NAMED_IDS = 20;

/** Options of {@link mergeRuns}. */
export interface MergeOptions {
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
  readonly folder: string;
  readonly manifest: Manifest;
}

async function partOf(folder: string): Promise<Part> {
  const manifest = await readManifest(runFolderPaths(folder));
  if (!manifest) {
    throw new SamError('bad-usage', `Expected the output folder of a run but found no manifest in ${folder}`);
  }
  return { folder, manifest };
}

function checkAgreement(first: Part, others: readonly Part[]): void {
  for (const { folder, manifest } of others) {
    const differences = identityDifferences(first.manifest, manifest).filter(({ part }) => !part.startsWith('shard.'));
    const words = differences.map(differenceInWords);
    const sameInputs = JSON.stringify(first.manifest.inputs) === JSON.stringify(manifest.inputs);
    if (!sameInputs) words.push('the inputs are others');
    if (words.length === 0) continue;
    throw new SamError(
      'bad-usage',
      `Expected parts of one run but ${first.folder} and ${folder} differ: ${words.join('; ')}`,
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

/** Writes records of the parts to the whole, byte for byte. */
class RecordCopier {
  readonly #out: RunFolder;
  readonly #sink: PartFilesSink | undefined;
  #source: { path: string; file: FileHandle } | undefined;

  constructor(out: RunFolder, sink: PartFilesSink | undefined) {
    this.#out = out;
    this.#sink = sink;
  }

  /** @returns the journal's line of the record's new place; undefined when its file is gone. */
  async copy(folder: string, line: DoneLine): Promise<DoneLine | undefined> {
    const path = join(folder, line.output);
    try {
      if (!this.#sink) {
        await writeAtomic(join(this.#out.paths.out, line.output), await readFile(path), this.#out.paths.temporary);
        return line;
      }
      const bytes = await this.#bytesOf(path, line.start ?? 0, line.end ?? 0);
      const written = await this.#sink.append(bytes);
      return { ...line, ...written };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#source?.file.close();
    await this.#sink?.close();
  }

  async #bytesOf(path: string, start: number, end: number): Promise<Buffer> {
    if (this.#source?.path !== path) {
      await this.#source?.file.close();
      this.#source = undefined;
      this.#source = { path, file: await open(path, 'r') };
    }
    const bytes = Buffer.alloc(end - start);
    const { bytesRead } = await this.#source.file.read(bytes, 0, bytes.length, start);
    if (bytesRead < bytes.length) {
      throw new SamError('bad-run-folder', `Expected ${end} bytes in ${path} but it ends at ${start + bytesRead}`);
    }
    return bytes;
  }
}

/** For each image, where the line is that tells its end. */
async function indexOf(parts: readonly Part[], highestId: number) {
  const index = new LineIndex(highestId);
  const duplicates: number[] = [];
  let duplicateCount = 0;
  for (const [number, { folder }] of parts.entries()) {
    let offset = 0;
    for await (const lines of journalLines(runFolderPaths(folder).journal)) {
      for (const line of lines) {
        // what JSON.stringify wrote, it writes again
        const length = Buffer.byteLength(JSON.stringify(line));
        const isDone = line.state === 'done';
        if (index.note(line.image_id, { part: number, offset, length, isDone })) {
          duplicateCount++;
          if (duplicates.length < NAMED_IDS) duplicates.push(line.image_id);
        }
        offset += length + 1;
      }
    }
  }
  return { index, duplicates, duplicateCount };
}

/**
 * Joins the output folders of a run's shards to one that is as if one process had made it: records byte for byte, in the order of
 * the images, with a journal, failures.ndjson and a manifest, so that the same command can go on in it.
 *
 * @throws SamError `bad-usage` when the folders are not parts of one run, `unwritable-output`.
 */
export async function mergeRuns({ folders, out, overwrite = false, command }: MergeOptions): Promise<MergeReport> {
  const parts = await Promise.all(folders.map(partOf));
  checkAgreement(parts[0], parts.slice(1));
  const { manifest } = parts[0];
  const earlier = overwrite ? undefined : await readManifest(runFolderPaths(out));
  if (earlier) {
    throw new SamError('bad-usage', `Expected a new folder for --out but ${out} holds a run`, 'Or use --overwrite.');
  }
  const last = manifest.inputs.at(-1);
  const highestId = last ? last.first_image_id + last.count - 1 : 0;
  const { index, duplicates, duplicateCount } = await indexOf(parts, highestId);

  const whole = await RunFolder.open(out, { ...manifest, shard: WHOLE }, { overwrite }, command);
  try {
    await whole.adopt(manifest.inputs, folders);
    const format = manifest.output.format as OutputFormat;
    const sink =
      format === 'json'
        ? undefined
        : await PartFilesSink.open(
            {
              folder: out,
              format: PART_FORMATS[format],
              recordsPerFile: Number(manifest.output.records_per_file),
              copiesImages: false,
            },
            undefined,
            whole.isNew,
          );
    const copier = new RecordCopier(whole, sink);
    const journals = await Promise.all(parts.map(({ folder }) => open(runFolderPaths(folder).journal, 'r')));
    const gaps: number[] = [];
    let gapCount = 0;
    try {
      for (let id = 1; id <= highestId; id++) {
        const place = index.at(id);
        let settled = false;
        if (place) {
          const bytes = Buffer.alloc(place.length);
          await journals[place.part].read(bytes, 0, place.length, place.offset);
          const line: JournalLine = JSON.parse(bytes.toString('utf8'));
          if (line.state === 'failed') {
            await whole.failed(line);
            settled = true;
          } else {
            const copied = await copier.copy(parts[place.part].folder, line);
            if (copied) await whole.done(copied);
            settled = copied !== undefined;
          }
        }
        if (settled) continue;
        gapCount++;
        if (gaps.length < NAMED_IDS) gaps.push(id);
      }
    } finally {
      await Promise.all(journals.map((journal) => journal.close()));
      await copier.close();
    }
    const failuresByCode = await whole.settleFailures();
    const { done, failed, masks } = whole.journal;
    const report: MergeReport = {
      planned: manifest.inputs.reduce((sum, { count }) => sum + count, 0),
      images: done,
      masks,
      failures: failed,
      failures_by_code: failuresByCode,
      gaps: gapCount,
      first_gaps: gaps,
      missing_shards: missingShardsOf(parts),
      duplicates: duplicateCount,
      first_duplicates: duplicates,
    };
    await whole.writeSummary({ finished_at: new Date().toISOString(), merged: report });
    return report;
  } finally {
    await whole.close();
  }
}

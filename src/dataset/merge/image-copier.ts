import type { DoneLine, JournalLine } from '../run-folder/journal-lines.js';
import { filesInTheWay, foreignFile } from '../run-folder/own-files.js';
import type { RunFolder } from '../run-folder/run-folder.js';
import { bytesOfRecord } from '../run-reader/record-bytes.js';
import { PartFilesSink } from '../sinks/part-files-sink.js';
import type { PART_FORMATS } from '../sinks/part-format.js';
import type { Shards } from './shards.js';

/** Writes what the shards have of an image to the whole, byte for byte. */
export class ImageCopier {
  readonly #shards: Shards;
  readonly #whole: RunFolder;
  readonly #sink: PartFilesSink | undefined;

  private constructor(shards: Shards, whole: RunFolder, sink: PartFilesSink | undefined) {
    this.#shards = shards;
    this.#whole = whole;
    this.#sink = sink;
  }

  /**
   * @param newRecords - The records that are to be written where no start wrote them before.
   * @throws SamError `bad-run-folder` when a file in the way is someone else's.
   */
  static async open(shards: Shards, whole: RunFolder, newRecords: AsyncIterable<DoneLine>): Promise<ImageCopier> {
    const { output } = shards[0].manifest;
    const format = output.format as 'json' | keyof typeof PART_FORMATS;
    if (format === 'json') {
      for await (const { name } of filesInTheWay(whole.storage, filesOf(newRecords))) {
        throw foreignFile(whole.storage, name);
      }
      return new ImageCopier(shards, whole, undefined);
    }
    const sink = new PartFilesSink(format, { recordsPerFile: Number(output.shard_size) });
    await sink.open({ storage: whole.storage });
    return new ImageCopier(shards, whole, sink);
  }

  /** @returns whether the image is settled now: not when its record's file is gone. */
  async copy(shard: number, line: JournalLine): Promise<boolean> {
    if (line.state === 'failed') {
      await this.#whole.failed(line);
      return true;
    }
    const record = await bytesOfRecord(this.#shards[shard].storage, line);
    if (!record) return false;
    if (this.#sink) await this.#whole.done({ ...line, ...(await this.#sink.append(record)) });
    else {
      await this.#whole.storage.write(line.output, record);
      await this.#whole.done(line);
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#sink?.close();
  }
}

async function* filesOf(lines: AsyncIterable<DoneLine>): AsyncGenerator<{ readonly name: string }> {
  for await (const { output } of lines) yield { name: output };
}

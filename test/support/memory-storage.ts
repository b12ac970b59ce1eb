import { SamError } from '../../src/errors.js';
import type { AppendFile, ByteRange, Storage, StorageLock } from '../../src/storage/storage.js';

/** A storage that is a table of bytes, and remembers what was done to it. */
export class MemoryStorage implements Storage {
  readonly location = 'memory';
  readonly files: Map<string, Buffer>;
  /** `write a.json`, `append b.ndjson, synced`, in their order. */
  readonly log: string[] = [];
  /** Names that cannot be written, as on a full disk. */
  readonly full = new Set<string>();

  /** @param files - Texts by name. */
  constructor(files: Readonly<Record<string, string>> = {}) {
    this.files = new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
  }

  /** The text of a file; fails when there is none. */
  text(name: string): string {
    const bytes = this.files.get(name);
    if (!bytes) throw new Error(`no file ${name} among ${[...this.files.keys()].join(', ')}`);
    return bytes.toString('utf8');
  }

  locate(name: string): string {
    return `${this.location}/${name}`;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.files.get(name);
  }

  async readRange(name: string, { start, end }: ByteRange): Promise<Uint8Array> {
    const bytes = this.files.get(name)?.subarray(start, end);
    if (bytes?.length === end - start) return bytes;
    throw new SamError('bad-run-folder', `Expected ${end} bytes in ${name}`);
  }

  async *stream(name: string, { end }: { readonly end?: number } = {}): AsyncGenerator<Uint8Array> {
    const bytes = this.files.get(name)?.subarray(0, end) ?? Buffer.alloc(0);
    // small pieces, so that lines are cut in two
    for (let start = 0; start < bytes.length; start += 1000) yield bytes.subarray(start, start + 1000);
  }

  async sizeOf(name: string): Promise<number | undefined> {
    return this.files.get(name)?.length;
  }

  async write(name: string, data: string | Uint8Array | AsyncIterable<string | Uint8Array>): Promise<void> {
    const pieces: Buffer[] = [];
    if (typeof data === 'string' || data instanceof Uint8Array) pieces.push(Buffer.from(data));
    else for await (const piece of data) pieces.push(Buffer.from(piece));
    this.requireRoom(name);
    this.log.push(`write ${name}`);
    this.files.set(name, Buffer.concat(pieces));
  }

  async append(name: string, keep = this.files.get(name)?.length ?? 0): Promise<AppendFile> {
    const bytes = this.files.get(name) ?? Buffer.alloc(0);
    if (bytes.length < keep) throw new SamError('bad-run-folder', `Expected ${keep} bytes in ${name}`);
    this.files.set(name, bytes.subarray(0, keep));
    return new MemoryFile(this, name);
  }

  async remove(name: string): Promise<boolean> {
    return this.files.delete(name);
  }

  async *list(prefix: string): AsyncGenerator<string> {
    for (const name of this.files.keys()) if (name.startsWith(prefix)) yield name;
  }

  async lock(): Promise<StorageLock> {
    return { release: async () => {} };
  }

  async lockHolder(): Promise<undefined> {}

  async removeTemporaryFiles(): Promise<void> {}

  requireRoom(name: string): void {
    if (this.full.has(name)) throw new SamError('unwritable-output', `Could not write ${name}: no space left`);
  }
}

/** A file of a {@link MemoryStorage} that grows. */
class MemoryFile implements AppendFile {
  readonly #storage: MemoryStorage;
  readonly #name: string;

  constructor(storage: MemoryStorage, name: string) {
    this.#storage = storage;
    this.#name = name;
  }

  get length(): number {
    return this.#bytes.length;
  }

  async append(record: string | Uint8Array, { sync = false }: { readonly sync?: boolean } = {}): Promise<ByteRange> {
    this.#storage.requireRoom(this.#name);
    this.#storage.log.push(`append ${this.#name}${sync ? ', synced' : ''}`);
    const start = this.length;
    this.#storage.files.set(this.#name, Buffer.concat([this.#bytes, Buffer.from(record)]));
    return { start, end: this.length };
  }

  async close(): Promise<void> {
    this.#storage.log.push(`close ${this.#name}`);
  }

  get #bytes(): Buffer {
    return this.#storage.files.get(this.#name) ?? Buffer.alloc(0);
  }
}

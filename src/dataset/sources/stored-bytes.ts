/** The unpacked bytes of an archive. */
export interface ArchiveBytes {
  /** The bytes from `offset` on: `length` of them, fewer where the archive ends. */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** An archive as it is stored, which may be compressed. */
export interface StoredBytes extends ArchiveBytes {
  /** All of it, from the beginning. */
  stream(): AsyncIterable<Uint8Array>;
}

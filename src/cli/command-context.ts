import type { Readable } from 'node:stream';

/** Where a command writes text: a terminal, a file, or what a test collects. */
export interface TextStream {
  write(text: string): unknown;
  /** Whether a person looks at it. */
  readonly isTTY?: boolean | undefined;
  /** Characters in a line of the terminal. */
  readonly columns?: number | undefined;
}

/** The three streams of a command. */
export interface CommandStreams {
  /** What `--input-list -` reads. */
  readonly stdin: Readable;
  /** Data only. */
  readonly stdout: TextStream;
  /** Everything that is said to a person or a log. */
  readonly stderr: TextStream;
}

/** What a command works with besides its options. */
export interface CommandContext extends CommandStreams {
  /** The words behind the program's name, as given; a run keeps them in its manifest. */
  readonly words: readonly string[];
  /** Takes the exit code. */
  finish(exitCode: number): void;
}

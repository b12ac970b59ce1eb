import { join } from 'node:path';

/** Where a run keeps its own files. */
export interface RunFolderPaths {
  /** The output folder itself. */
  readonly out: string;
  readonly manifest: string;
  readonly journal: string;
  readonly lock: string;
  readonly summary: string;
  /** Folder of files on their way to their name. */
  readonly temporary: string;
  /** Beside the records, where it is seen; only there when something failed. */
  readonly failures: string;
}

/**
 * The files of a run itself: in `_run` inside the output folder, so that one folder holds all of a run. None of the names ends in
 * `.json`: whoever collects every `.json` file below the output folder gets records and nothing else.
 */
export function runFolderPaths(out: string): RunFolderPaths {
  const state = join(out, '_run');
  return {
    out,
    manifest: join(state, 'manifest'),
    journal: join(state, 'journal.ndjson'),
    lock: join(state, 'lock'),
    summary: join(state, 'summary'),
    temporary: join(state, 'tmp'),
    failures: join(out, 'failures.ndjson'),
  };
}

/** Of a run's own files, below its output folder. */
export const RUN_FOLDER = '_run';

/** What workers of a queue note, below its output folder, until it becomes lines of the journal; see `batch-records.ts`. */
export const QUEUE_FOLDER = `${RUN_FOLDER}/queue`;

/** Of exports that a run ends with, below its output folder. */
export const EXPORT_FOLDER = '_export';

/**
 * The files of a run itself: in `_run` inside its output folder, so that one folder holds all of a run. None of the names ends in
 * `.json`: whoever collects every `.json` file below the output folder gets records and nothing else.
 */
export const RUN_FILES = {
  manifest: `${RUN_FOLDER}/manifest`,
  journal: `${RUN_FOLDER}/journal.ndjson`,
  lock: `${RUN_FOLDER}/lock`,
  summary: `${RUN_FOLDER}/summary`,
  /** What the COCO file is made of; only there with that format. */
  cocoEntries: `${RUN_FOLDER}/coco.ndjson`,
  /** Files of many records, and the COCO file: each is listed before it is made. */
  ownFiles: `${RUN_FOLDER}/files.ndjson`,
  /** Beside the records, where it is seen; only there when something failed. */
  failures: 'failures.ndjson',
} as const;

/** Names of the lists of exported files begin so; the format follows. */
export const EXPORT_LISTS = `${RUN_FOLDER}/export-`;

/** The list of the files of an export that a run ends with, see `OwnFiles`. */
export function exportListOf(format: string): string {
  return `${EXPORT_LISTS}${format}.ndjson`;
}

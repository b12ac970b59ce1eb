/**
 * The files of a run itself: in `_run` inside its output folder, so that one folder holds all of a run. None of the names ends in
 * `.json`: whoever collects every `.json` file below the output folder gets records and nothing else.
 */
export const RUN_FILES = {
  manifest: '_run/manifest',
  journal: '_run/journal.ndjson',
  lock: '_run/lock',
  summary: '_run/summary',
  /** What the COCO file is made of; only there with that format. */
  cocoParts: '_run/coco.ndjson',
  /** Files of many records, and the COCO file: each is listed before it is made. */
  ownFiles: '_run/files.ndjson',
  /** Beside the records, where it is seen; only there when something failed. */
  failures: 'failures.ndjson',
} as const;

/** Names of the lists of exported files begin so; the format follows. */
export const EXPORT_LISTS = '_run/export-';

/** The list of the files of an export that a run ends with, see `OwnFiles`. */
export function exportListOf(format: string): string {
  return `${EXPORT_LISTS}${format}.ndjson`;
}

import { createHash } from 'node:crypto';
import { SamError } from '../../errors.js';
import type { ExportedImage, MaskStyle } from '../../formats/exported-image.js';
import { checkFolder } from '../../storage/check-folder.js';
import { openStorage, resolvedLocation, splitLocation } from '../../storage/open-storage.js';
import { wordCategoriesOf } from '../run-folder/words-identity.js';
import { RunReader } from '../run-reader/run-reader.js';
import { resultsOf } from '../run-reader/run-results.js';
import { LocatedImages } from '../sources/located-images.js';
import { type ExportFormat, FORMATS, filesOf } from './export-formats.js';
import { filteredResult, type MaskFilter } from './mask-filter.js';
import { placedResults } from './placed-results.js';
import { refuseTaken } from './refuse-taken.js';

/** Options of {@link exportRun}. */
export interface ExportOptions {
  /** Output folder of the run. */
  readonly folder: string;
  /** One of `EXPORT_FORMATS`. */
  readonly format: ExportFormat;
  /** The file to write, or the folder, as the format is. */
  readonly out: string;
  /** @default all masks */
  readonly filter?: MaskFilter;
  readonly style?: MaskStyle;
  /** Of `geojson`: pixels of the image, or those of the map that a GeoTIFF lies on. @default 'pixels' */
  readonly coordinates?: 'pixels' | 'map';
  /** The folder that the images are in now, for map coordinates. @default each where the run found it */
  readonly imageFolder?: string;
  /** Whether a file is written over, and files of a folder that has some. @default false */
  readonly overwrite?: boolean;
}

/** What {@link exportRun} wrote. */
export interface ExportReport {
  readonly images: number;
  readonly masks: number;
  /** Masks that the filter left out. */
  readonly left_out: number;
  readonly files: number;
}

/**
 * Writes the masks of a run in another format. Images are gone through one by one, so that memory does not grow with their number; a run
 * that is still at work is exported as far as it is.
 *
 * @throws SamError `bad-usage` when there is no run, the place is taken, or an image has no map coordinates but they are asked for; `bad-run-folder` when a result cannot be read,
 *   `unwritable-output`, `unwritable-name`.
 */
export async function exportRun(options: ExportOptions): Promise<ExportReport> {
  const { folder, format, out, filter = {}, style = {}, overwrite = false } = options;
  const { coordinates = 'pixels', imageFolder } = options;
  if (coordinates === 'map' && format !== 'geojson') {
    throw new SamError('bad-usage', `Expected the format geojson for map coordinates but received ${format}`);
  }
  const kind = FORMATS[format];
  const run = await RunReader.open(folder);
  const categories = wordCategoriesOf(run.manifest.settings);
  const counts = { images: 0, masks: 0, left_out: 0, files: 0 };
  const located = new LocatedImages();
  const results = resultsOf(run);
  const placed = coordinates === 'map' ? placedResults(results, located, imageFolder) : results;
  const images = counted(placed, filter, counts);
  const place = resolvedLocation(out);
  // several exports may go to one folder at the same time
  const temporary = `.sam-cli-tmp-${createHash('sha256').update(place).digest('hex').slice(0, 12)}`;
  const [parent, fileName] = 'text' in kind ? splitLocation(place) : [place];
  await checkFolder(parent, '--out');
  const storage = openStorage(parent, temporary);
  await refuseTaken(storage, fileName, { out, overwrite });
  try {
    for await (const [name, data] of filesOf(kind, images, { ...style, categories })) {
      await storage.write(fileName ?? name, data);
      counts.files++;
    }
  } finally {
    await located.close();
    await storage.removeTemporaryFiles();
  }
  return counts;
}

async function* counted(
  results: AsyncIterable<ExportedImage>,
  filter: MaskFilter,
  counts: { images: number; masks: number; left_out: number },
): AsyncGenerator<ExportedImage> {
  for await (const { result, ...image } of results) {
    const filtered = filteredResult(result, filter);
    counts.images++;
    counts.masks += filtered.masks.length;
    counts.left_out += result.masks.length - filtered.masks.length;
    yield { ...image, result: filtered };
  }
}

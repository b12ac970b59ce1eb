import { messageOf, SamError, type SamErrorCode } from '../../errors.js';
import { overlayOfMasks } from '../../image/overlay.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { checkFolder } from '../../storage/check-folder.js';
import { openStorage } from '../../storage/open-storage.js';
import { RunReader } from '../run-reader/run-reader.js';
import { type RunResult, resultsOf } from '../run-reader/run-results.js';
import { type ImageFormat, OverlayFolder } from '../sinks/overlay-folder.js';
import { filteredResult, type MaskFilter } from './mask-filter.js';
import { refuseTaken } from './refuse-taken.js';
import { RunImages } from './run-image.js';

/** Options of {@link renderRun}. */
export interface RenderOptions {
  /** Output folder of the run. */
  readonly folder: string;
  /** Folder of the images with their masks drawn. */
  readonly out: string;
  /** @default 'jpg' */
  readonly format?: ImageFormat;
  /** The folder that the images are in now. @default each where the run found it */
  readonly images?: string;
  /** @default all masks */
  readonly filter?: MaskFilter;
  /** Whether files of a folder that has some are written over. @default false */
  readonly overwrite?: boolean;
  /** Told of each image that cannot be drawn. */
  readonly onFailure?: (failure: RenderFailure) => void;
}

/** An image that could not be drawn. */
export interface RenderFailure {
  readonly image: string;
  readonly code: SamErrorCode;
  readonly reason: string;
}

/**
 * Draws the masks of a run over its images, as `--overlay` does, without a model. A mask has the colour that it has without a filter.
 *
 * @returns how many images were drawn and how many could not be.
 * @throws SamError `bad-usage` when there is no run or the folder is taken, `bad-run-folder`, `unwritable-output`.
 */
export async function renderRun(options: RenderOptions): Promise<{ images: number; failures: number }> {
  const { folder, out, format = 'jpg', overwrite = false, onFailure } = options;
  const run = await RunReader.open(folder);
  await checkFolder(out, '--out');
  await refuseTaken(openStorage(out), undefined, { out, overwrite });
  const overlays = new OverlayFolder(out, folder, format);
  const images = new RunImages(options.images);
  const counts = { images: 0, failures: 0 };
  try {
    for await (const each of resultsOf(run)) {
      try {
        const source = images.sourceOf(each);
        await overlays.write(each.name, drawn(await images.read(each), each, options.filter), source);
        counts.images++;
      } catch (error) {
        // a full disk ends it; one image that is gone does not
        if (!(error instanceof SamError) || error.code === 'unwritable-output') throw error;
        counts.failures++;
        onFailure?.({ image: each.locator, code: error.code, reason: messageOf(error) });
      }
    }
  } finally {
    await images.close();
    await overlays.removeTemporaryFiles();
  }
  return counts;
}

function drawn(image: RgbImage, { result }: RunResult, filter: MaskFilter = {}): RgbImage {
  const places = new Map(result.masks.map((mask, place) => [mask, place]));
  const { masks } = filteredResult(result, filter);
  return overlayOfMasks(
    image,
    masks,
    masks.map((mask) => places.get(mask) ?? 0),
  );
}

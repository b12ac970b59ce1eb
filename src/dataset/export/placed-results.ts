import type { ExportedImage } from '../../formats/exported-image.js';
import { mapPlacementOf } from '../../image/map-placement.js';
import type { RunResult } from '../run-reader/run-results.js';
import { type LocatedImages, locatorIn } from '../sources/located-images.js';

/**
 * The results of a run with where each image lies on a map. The images' own files are looked at: those kept in the run, or else those
 * that the run was made of.
 *
 * @param folder - The folder that the images are in now. @default each where the run found it
 * @throws SamError as `mapPlacementOf`, and `not-found` for an image that is gone.
 */
export async function* placedResults(
  results: AsyncIterable<RunResult>,
  located: LocatedImages,
  folder: string | undefined,
): AsyncGenerator<ExportedImage> {
  for await (const { name, result, image, locator } of results) {
    const { width, height, fileName } = result;
    const place = folder === undefined ? locator : locatorIn(folder, fileName);
    const input = folder === undefined && image ? image : await located.file(place);
    yield { name, result, placement: await mapPlacementOf({ input, name: place, width, height }) };
  }
}

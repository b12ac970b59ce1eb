import { SamError } from '../../errors.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { isS3Address } from '../../storage/s3/s3-address.js';
import { locatorOf, type PlannedImage } from '../plan/planned-image.js';
import { ImageReader } from './image-reader.js';
import { openInputs } from './input-images.js';
import type { Source } from './source.js';

/** An opened file of images, and what is in it. */
interface OpenedFile {
  readonly path: string;
  readonly source: Source;
  readonly images: ReadonlyMap<string, PlannedImage>;
}

/** Reads images again by what a run calls them: a path, a URL, or a name inside an archive. The file read last stays open. */
export class LocatedImages {
  #opened: OpenedFile | undefined;

  /** @throws SamError `not-found` when there is no such image any more, or what is wrong with it. */
  async read(locator: string): Promise<RgbImage> {
    const { source, planned } = await this.#find(locator);
    return (await new ImageReader(source, {}, false).read(planned)).image;
  }

  /**
   * The image's own file: its path, or its bytes.
   *
   * @throws SamError as {@link read}.
   */
  async file(locator: string): Promise<string | Uint8Array> {
    const { source, planned } = await this.#find(locator);
    return source.open(planned);
  }

  async #find(locator: string): Promise<{ source: Source; planned: PlannedImage }> {
    // the archive is asked first: to list it anew for each of its images would take the square of their number
    if (!this.#opened?.images.has(locator)) await this.#openFileOf(locator);
    const planned = this.#opened?.images.get(locator);
    if (this.#opened && planned) return { source: this.#opened.source, planned };
    throw new SamError('not-found', `Expected the image ${locator} where the run found it but it is not there`);
  }

  async close(): Promise<void> {
    await this.#opened?.source.close();
    this.#opened = undefined;
  }

  /** Opens the file that an image is, or is in; what was open stays so when there is none. */
  async #openFileOf(locator: string): Promise<void> {
    for (const path of pathsOf(locator)) {
      // it was asked before
      if (path === this.#opened?.path) continue;
      const file = await openedFile(path);
      if (!file) continue;
      if (file.images.has(locator)) {
        await this.close();
        this.#opened = file;
        return;
      }
      await file.source.close();
    }
  }
}

async function openedFile(path: string): Promise<OpenedFile | undefined> {
  const source = openInputs({ inputs: [path], hidden: true });
  try {
    const images = new Map<string, PlannedImage>();
    for await (const batch of source.images()) for (const each of batch) images.set(locatorOf(each), each);
    return { path, source, images };
  } catch (error) {
    await source.close();
    if (!(error instanceof SamError && error.code === 'bad-usage')) throw error;
    return undefined;
  }
}

/** What an image of a run is called in the folder where it is now. */
export function locatorIn(folder: string, fileName: string): string {
  return `${folder.replace(/\/+$/, '')}/${fileName}`;
}

/** The paths of the file that an image may be or be in: names of files may have a `!` as well. */
function pathsOf(locator: string): string[] {
  const files = [...locator.matchAll(/!/g)].map(({ index }) => locator.slice(0, index));
  // an object is not looked at before it is read: what looks like an image in an archive would count as found
  return isS3Address(locator) ? [...files, locator] : [locator, ...files];
}

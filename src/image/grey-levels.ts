import sharp from 'sharp';
import { messageOf, SamError } from '../errors.js';
import type { GreyImage } from './encode-image.js';
import { imageHeaderOf } from './image-header.js';

/**
 * An image as grey levels, of 16 bits where the file has them, without its alpha.
 *
 * @param name - For messages.
 * @throws SamError `unreadable-image`, `too-many-pixels`.
 */
export async function greyImageOf(bytes: Uint8Array, name: string): Promise<GreyImage> {
  await imageHeaderOf(bytes, { name });
  try {
    const file = sharp(bytes, { failOn: 'error' });
    const is16Bit = (await file.metadata()).depth === 'ushort';
    const { data, info } = await file
      .removeAlpha()
      .toColourspace(is16Bit ? 'grey16' : 'b-w')
      .raw({ depth: is16Bit ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    // a view of the buffer would send all of its memory to another thread
    const levels = Uint8Array.from(data);
    const { width, height } = info;
    return { levels: is16Bit ? new Uint16Array(levels.buffer) : levels, width, height };
  } catch (error) {
    throw new SamError('unreadable-image', `Expected a grey image but could not read ${name}: ${messageOf(error)}`);
  }
}

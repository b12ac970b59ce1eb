import type { ImageEntry } from '../../data/report-data.js';

/** The orders of the gallery, by what they are called. */
export const ORDERS = {
  run: 'As in the run',
  most: 'Most masks first',
  fewest: 'Fewest masks first',
  name: 'By name',
} as const;

export type Order = keyof typeof ORDERS;

/** Which images the gallery shows. */
export interface GalleryChoice {
  readonly order: Order;
  /** Part of the name, in any case. */
  readonly search: string;
  /** Whether images without a mask that passes the filter are left out. */
  readonly onlyWithMasks: boolean;
}

/**
 * The places of the images that the gallery shows, in its order.
 *
 * @param masksOfImage - Masks of each image that pass the filter.
 */
export function galleryOrderOf(
  images: readonly ImageEntry[],
  masksOfImage: ArrayLike<number>,
  { order, search, onlyWithMasks }: GalleryChoice,
): number[] {
  const wanted = search.trim().toLowerCase();
  const places: number[] = [];
  for (let place = 0; place < images.length; place++) {
    if (onlyWithMasks && masksOfImage[place] === 0) continue;
    if (wanted !== '' && !images[place].file_name.toLowerCase().includes(wanted)) continue;
    places.push(place);
  }
  if (order === 'most') places.sort((a, b) => masksOfImage[b] - masksOfImage[a] || a - b);
  if (order === 'fewest') places.sort((a, b) => masksOfImage[a] - masksOfImage[b] || a - b);
  if (order === 'name') {
    const { compare } = new Intl.Collator('en', { numeric: true });
    places.sort((a, b) => compare(images[a].file_name, images[b].file_name) || a - b);
  }
  return places;
}

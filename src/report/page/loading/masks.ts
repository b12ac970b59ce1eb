import { useEffect, useState } from 'preact/hooks';
import { DATA_NAMES } from '../../data/file-names.js';
import type { ImageEntry, ImageMasks } from '../../data/report-data.js';
import { type DecodedMask, decodedMaskOf } from '../masks/decoded-mask.js';
import { loadedData } from './received-data.js';

/** Images whose masks are kept: those around what is looked at. */
const KEPT_IMAGES = 60;
const kept = new Map<number, Promise<readonly DecodedMask[]>>();

/** Whether the masks of an image are there already. */
export function areMasksKept(image: ImageEntry): boolean {
  return kept.has(image.id);
}

/** The masks of an image, loaded once while they are needed. */
export function masksOf(image: ImageEntry): Promise<readonly DecodedMask[]> {
  const known = kept.get(image.id);
  const masks =
    known ??
    loadedData<ImageMasks>(DATA_NAMES.masks(image.id)).then((data) =>
      data.masks.map((mask) => decodedMaskOf(mask, image)),
    );
  kept.delete(image.id);
  kept.set(image.id, masks);
  if (kept.size > KEPT_IMAGES) kept.delete(kept.keys().next().value ?? 0);
  return masks;
}

/** The masks of an image; undefined until they are loaded, and what went wrong where something did. */
export function useMasks(image: ImageEntry | undefined): {
  readonly masks: readonly DecodedMask[] | undefined;
  readonly problem: string | undefined;
} {
  const [loaded, setLoaded] = useState<{ id: number; masks?: readonly DecodedMask[]; problem?: string }>();
  useEffect(() => {
    if (!image) return;
    masksOf(image).then(
      (masks) => setLoaded({ id: image.id, masks }),
      (error: Error) => setLoaded({ id: image.id, problem: error.message }),
    );
  }, [image]);
  const isThis = loaded?.id === image?.id;
  return { masks: isThis ? loaded?.masks : undefined, problem: isThis ? loaded?.problem : undefined };
}

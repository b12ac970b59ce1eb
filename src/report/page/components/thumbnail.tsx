import { useEffect, useRef } from 'preact/hooks';
import { thumbnailFileOf } from '../../data/file-names.js';
import type { ImageEntry } from '../../data/report-data.js';
import { type Filter, passes } from '../filter/filter.js';
import { cellsOfMask, type Scales } from '../filter/scale.js';
import { whenIdle } from '../loading/idle-queue.js';
import { areMasksKept, masksOf } from '../loading/masks.js';
import { drawMasks } from '../masks/draw-on-canvas.js';

/** Milliseconds that a thumbnail is seen before its masks are loaded: scrolling past loads none. */
const PATIENCE = 120;
/** Longest side of the masks of a thumbnail, in pixels. */
const LONGEST = 480;

interface ThumbnailProps {
  readonly image: ImageEntry;
  readonly showsMasks: boolean;
  readonly filter: Filter;
  readonly scales: Scales;
  readonly categories: readonly string[];
}

/** A small image with its masks. */
export function Thumbnail({ image, showsMasks, filter, scales, categories }: ThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!showsMasks || image.masks === 0) return;
    let takeBack = () => {};
    let isGone = false;
    const draw = async () => {
      const masks = await masksOf(image).catch(() => []);
      if (isGone) return;
      takeBack = whenIdle(() => {
        if (!canvas.current) return;
        const places = new Map(categories.map((name, place) => [name, place]));
        const shown = masks.filter(({ mask }) =>
          passes(filter, cellsOfMask(scales, mask, image.width * image.height), places.get(mask.category ?? '')),
        );
        drawMasks(canvas.current, shown);
      });
    };
    const timer = setTimeout(draw, areMasksKept(image) ? 0 : PATIENCE);
    return () => {
      isGone = true;
      clearTimeout(timer);
      takeBack();
    };
  }, [image, showsMasks, filter, scales, categories]);
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const size = {
    width: Math.max(1, Math.round(image.width * scale)),
    height: Math.max(1, Math.round(image.height * scale)),
  };
  return (
    <span class="thumbnail">
      {image.missing === undefined ? (
        <img src={thumbnailFileOf(image.id)} alt="" width={image.width} height={image.height} decoding="async" />
      ) : (
        <svg class="ground" viewBox={`0 0 ${image.width} ${image.height}`} aria-hidden="true">
          <rect width={image.width} height={image.height} />
        </svg>
      )}
      {showsMasks && <canvas ref={canvas} {...size} />}
    </span>
  );
}

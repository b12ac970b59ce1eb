import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { imageFileOf } from '../../data/file-names.js';
import type { ImageEntry } from '../../data/report-data.js';
import { type Filter, passes } from '../filter/filter.js';
import { cellsOfMask, type Scales } from '../filter/scale.js';
import { useMasks } from '../loading/masks.js';
import { goTo } from '../loading/route.js';
import type { DecodedMask } from '../masks/decoded-mask.js';
import { ImageTools } from './image-tools.js';
import { counted, wholeInWords } from './in-words.js';
import { MaskList } from './mask-list.js';
import { MaskStage } from './mask-stage.js';
import { useImageKeys } from './use-image-keys.js';

interface ImagePageProps {
  readonly image: ImageEntry;
  readonly previous: ImageEntry | undefined;
  readonly next: ImageEntry | undefined;
  readonly filter: Filter;
  readonly scales: Scales;
  readonly categories: readonly string[];
  readonly showsMasks: boolean;
  readonly onShowsMasks: (showsMasks: boolean) => void;
}

/** The masks that pass the filter. */
function useShownMasks(
  masks: readonly DecodedMask[] | undefined,
  { image, filter, scales, categories }: ImagePageProps,
): readonly DecodedMask[] {
  return useMemo(() => {
    const places = new Map(categories.map((name, place) => [name, place]));
    const pixels = image.width * image.height;
    return (masks ?? []).filter(({ mask }) =>
      passes(filter, cellsOfMask(scales, mask, pixels), places.get(mask.category ?? '')),
    );
  }, [masks, image, filter, scales, categories]);
}

/** The mask after the chosen one among those at a place, so that clicks go through them all; the smallest first. */
function nextOf(masks: readonly DecodedMask[], chosen: DecodedMask | undefined): DecodedMask | undefined {
  const at = chosen ? masks.indexOf(chosen) : -1;
  return masks[at + 1] ?? (at >= 0 ? undefined : masks[0]);
}

/** An image, its masks, and their scores. */
export function ImagePage(props: ImagePageProps) {
  const { image, previous, next, showsMasks, onShowsMasks } = props;
  const { masks, problem } = useMasks(image);
  const shown = useShownMasks(masks, props);
  const [chosen, setChosen] = useState<DecodedMask>();
  const [pointed, setPointed] = useState<DecodedMask>();
  const [zoom, setZoom] = useState(1);
  const heading = useRef<HTMLHeadingElement>(null);
  const wanted = chosen ?? pointed;
  const lit = wanted && shown.includes(wanted) ? wanted : undefined;
  // another image begins anew
  useEffect(() => {
    setChosen(undefined);
    setPointed(undefined);
    setZoom(1);
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [image.id]);
  useImageKeys({
    onPrevious: () => previous && goTo({ page: 'image', id: previous.id }),
    onNext: () => next && goTo({ page: 'image', id: next.id }),
    onLeave: () => (chosen ? setChosen(undefined) : goTo({ page: 'gallery' })),
    onZoom: (change) => setZoom((before) => (change === 0 ? 1 : Math.min(8, Math.max(1, before * change)))),
  });
  const inWords = `${wholeInWords(shown.length)} of ${counted(image.masks, 'mask')}`;
  return (
    <article class="image-page">
      <ImageTools {...{ image, previous, next, zoom, showsMasks, onShowsMasks, onZoom: setZoom, heading }} />
      {image.missing !== undefined && (
        <p class="note">The image itself is not shown, only its masks on a plain ground: {image.missing}</p>
      )}
      {problem !== undefined && <p class="note">{problem}</p>}
      <div class="image-columns">
        <section class="stage-scroll" tabIndex={zoom > 1 ? 0 : -1} aria-label="The image">
          <div class="stage-zoom" style={{ '--zoom': zoom, '--aspect': image.width / image.height }}>
            <MaskStage
              size={image}
              src={image.missing === undefined ? imageFileOf(image.id) : undefined}
              label={`${image.file_name} with ${inWords}`}
              masks={showsMasks ? shown : []}
              lit={lit}
              onPoint={setPointed}
              onPick={(below) => setChosen(nextOf(below, chosen))}
            />
          </div>
        </section>
        <section class="masks-panel" aria-label="Masks of this image">
          <p class="masks-head" aria-hidden="true">
            <span>{inWords}</span>
            <span class="number">IoU</span>
            <span class="number">Stability</span>
            <span class="number">Area</span>
          </p>
          {masks && <MaskList masks={shown} lit={lit} onPoint={setPointed} onChoose={setChosen} />}
          <p class="hint">
            Point at a mask, or click to keep it; again for the one below. Keys: <kbd>↑</kbd> <kbd>↓</kbd> in the list,{' '}
            <kbd>←</kbd> <kbd>→</kbd> images, <kbd>+</kbd> <kbd>−</kbd> size, <kbd>Esc</kbd> back.
          </p>
        </section>
      </div>
    </article>
  );
}

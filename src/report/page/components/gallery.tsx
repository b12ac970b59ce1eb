import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ReportHead } from '../../data/report-data.js';
import type { Filter } from '../filter/filter.js';
import type { GalleryChoice } from '../filter/gallery-order.js';
import type { FilteredCounts } from '../filter/mask-table.js';
import type { Scales } from '../filter/scale.js';
import type { LoadedImages } from '../loading/images.js';
import { useRowsOfPage } from '../loading/virtual-rows.js';
import { Card } from './card.js';
import { GalleryTools } from './gallery-tools.js';

/** Pixels: the least width of a card, the gap between two, and what stands below an image. */
const [CARD_WIDTH, GAP, CAPTION] = [190, 16, 58];

interface GalleryProps {
  readonly head: ReportHead;
  readonly loaded: LoadedImages;
  readonly filter: Filter;
  readonly scales: Scales;
  readonly counts: FilteredCounts;
  readonly choice: GalleryChoice;
  /** The places of the images that are shown, in their order. */
  readonly places: readonly number[];
  readonly showsMasks: boolean;
  /** The image that was looked at last. */
  readonly lastId: number | undefined;
  readonly onChoice: (choice: GalleryChoice) => void;
  readonly onShowsMasks: (showsMasks: boolean) => void;
}

/** Columns and the height of a row at a width of the page. */
function layoutOf(width: number): { columns: number; rowHeight: number } {
  const columns = Math.max(2, Math.floor((width + GAP) / (CARD_WIDTH + GAP)));
  const card = (width - GAP * (columns - 1)) / columns;
  return { columns, rowHeight: Math.round(card * 0.75 + CAPTION + GAP) };
}

/** Width and place of the element on the page, also when the window changes. */
function usePlace(list: { readonly current: HTMLElement | null }): { readonly width: number; readonly top: number } {
  const [place, setPlace] = useState({ width: 960, top: 0 });
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const measure = () => {
      const { width, top } = element.getBoundingClientRect();
      const next = { width, top: Math.round(top + window.scrollY) };
      setPlace((before) => (before.width === next.width && before.top === next.top ? before : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [list]);
  return place;
}

/** Where a key leads from a card; undefined for a key that leads nowhere. */
function nextPlace(key: string, at: number, columns: number, count: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - columns,
    ArrowDown: at + columns,
    PageUp: at - 4 * columns,
    PageDown: at + 4 * columns,
    Home: 0,
    End: count - 1,
  };
  const next = steps[key];
  return next === undefined ? undefined : Math.max(0, Math.min(count - 1, next));
}

/** All images of the run that pass, of which those that are seen are in the document. */
export function Gallery(props: GalleryProps) {
  const { head, loaded, filter, scales, counts, places, showsMasks, lastId } = props;
  const list = useRef<HTMLUListElement>(null);
  const { width, top } = usePlace(list);
  const { columns, rowHeight } = layoutOf(width);
  const { rows, height, show } = useRowsOfPage(Math.ceil(places.length / columns), rowHeight, top);
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      places.findIndex((place) => loaded.images[place].id === lastId),
    ),
  );
  const active = Math.min(at, places.length - 1);
  const wantsFocus = useRef(lastId !== undefined);
  // once, when the gallery comes back
  useLayoutEffect(() => {
    if (wantsFocus.current) show(Math.floor(active / columns));
  }, []);
  useEffect(() => {
    const card = wantsFocus.current && list.current?.querySelector<HTMLElement>(`[data-place="${active}"]`);
    if (!card) return;
    card.focus({ preventScroll: true });
    wantsFocus.current = false;
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextPlace(event.key, active, columns, places.length);
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    wantsFocus.current = true;
    setAt(next);
    show(Math.floor(next / columns));
  };
  return (
    <section class="gallery">
      <h1 class="unseen">Images</h1>
      <GalleryTools {...props} shown={places.length} />
      {loaded.problem !== undefined && <p class="note">{loaded.problem}</p>}
      {places.length === 0 && loaded.images.length === head.images && <p class="note">No image passes the filters.</p>}
      <ul ref={list} class="cards" style={{ height: `${height}px` }} onKeyDown={onKeyDown}>
        {rows.flatMap(({ index, start }) =>
          places.slice(index * columns, (index + 1) * columns).map((place, column) => {
            const position = index * columns + column;
            return (
              <Card
                key={loaded.images[place].id}
                image={loaded.images[place]}
                left={((width + GAP) / columns) * column}
                top={start - top}
                width={(width - GAP * (columns - 1)) / columns}
                position={position}
                count={places.length}
                masks={counts.masksOfImage[place]}
                isActive={position === active}
                onFocus={() => setAt(position)}
                {...{ showsMasks, filter, scales, categories: head.categories }}
              />
            );
          }),
        )}
      </ul>
    </section>
  );
}

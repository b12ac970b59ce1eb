import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ImageEntry, ReportHead } from '../../data/report-data.js';
import { openFilterOf } from '../filter/filter.js';
import { type GalleryChoice, galleryOrderOf } from '../filter/gallery-order.js';
import { areaScaleOf, type Scales, scoreScaleOf } from '../filter/scale.js';
import { type LoadedImages, useImages } from '../loading/images.js';
import { useRoute } from '../loading/route.js';
import { DetailsPage } from './details-page.js';
import { FailuresPage } from './failures-page.js';
import { FilterPanel } from './filter-panel.js';
import { Gallery } from './gallery.js';
import { Header } from './header.js';
import { ImagePage } from './image-page.js';
import { counted, wholeInWords } from './in-words.js';

function scalesOf({ predicted_iou, stability_score, area_share }: ReportHead): Scales {
  return {
    predicted_iou: scoreScaleOf(predicted_iou),
    stability_score: scoreScaleOf(stability_score),
    area: areaScaleOf(area_share),
  };
}

/** The image of the address with its neighbours in the gallery. */
function imageWithNeighbours(id: number | undefined, loaded: LoadedImages, places: readonly number[]) {
  if (id === undefined) return undefined;
  const { images } = loaded;
  const at = places.findIndex((place) => images[place].id === id);
  const image = at >= 0 ? images[places[at]] : images.find((each) => each.id === id);
  const neighbour = (step: number): ImageEntry | undefined => (at >= 0 ? images[places[at + step]] : undefined);
  return image && { image, previous: neighbour(-1), next: neighbour(1) };
}

/** A report of a run. */
export function Report({ head }: { readonly head: ReportHead }) {
  const route = useRoute();
  const scales = useMemo(() => scalesOf(head), [head]);
  const [filter, setFilter] = useState(() => openFilterOf(scales));
  const [choice, setChoice] = useState<GalleryChoice>({ order: 'run', search: '', onlyWithMasks: false });
  const [showsMasks, onShowsMasks] = useState(true);
  const loaded = useImages(head, scales);
  // chunks says that the table has grown
  const counts = useMemo(() => loaded.table.countsOf(filter), [loaded.table, loaded.chunks, filter]);
  // chunks says that the images have grown
  const places = useMemo(
    () => galleryOrderOf(loaded.images, counts.masksOfImage, choice),
    [loaded.images, loaded.chunks, counts, choice],
  );
  const lastId = useRef<number>(undefined);
  const found = imageWithNeighbours(route.page === 'image' ? route.id : undefined, loaded, places);
  useEffect(() => {
    if (route.page === 'image') lastId.current = route.id;
    document.title = found ? `${found.image.file_name} - ${head.title}` : head.title;
  }, [route, found, head.title]);
  const summary = `${wholeInWords(counts.masks)} of ${counted(head.masks, 'mask')} in ${counted(counts.images, 'image')}`;
  const withFilters = route.page === 'gallery' || route.page === 'image';
  const { categories } = head;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the content
      </button>
      <Header head={head} route={route} />
      <div class={withFilters ? 'columns' : ''}>
        {withFilters && (
          <details class="side" open={window.innerWidth > 820}>
            <summary>Filters</summary>
            <FilterPanel
              {...{ filter, scales, categories, summary, histograms: counts.histograms, onChange: setFilter }}
            />
          </details>
        )}
        <main id="main" tabIndex={-1}>
          {route.page === 'gallery' && (
            <Gallery
              {...{ head, loaded, filter, scales, counts, choice, places, showsMasks, onShowsMasks }}
              lastId={lastId.current}
              onChoice={setChoice}
            />
          )}
          {found && <ImagePage {...found} {...{ filter, scales, categories, showsMasks, onShowsMasks }} />}
          {route.page === 'image' && !found && <p class="note">{missingImageInWords(route.id, head, loaded)}</p>}
          {route.page === 'failures' && <FailuresPage head={head} />}
          {route.page === 'run' && <DetailsPage head={head} />}
        </main>
      </div>
      <footer>Made by {head.tool}</footer>
    </>
  );
}

function missingImageInWords(id: number, head: ReportHead, { images, problem }: LoadedImages): string {
  return problem ?? (images.length < head.images ? 'Loading...' : `This report has no image ${id}.`);
}

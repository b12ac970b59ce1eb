import type { RefObject } from 'preact';
import type { ImageEntry } from '../../data/report-data.js';
import { hrefOf } from '../loading/route.js';
import { CheckBox } from './check-box.js';
import { ZOOM_STEP } from './use-image-keys.js';

interface ImageToolsProps {
  readonly image: ImageEntry;
  readonly previous: ImageEntry | undefined;
  readonly next: ImageEntry | undefined;
  readonly zoom: number;
  readonly showsMasks: boolean;
  readonly heading: RefObject<HTMLHeadingElement | null>;
  readonly onZoom: (zoom: number) => void;
  readonly onShowsMasks: (showsMasks: boolean) => void;
}

function Neighbour({ image, name, sign }: { image: ImageEntry | undefined; name: string; sign: string }) {
  if (!image)
    return (
      <span class="button button-off" aria-hidden="true">
        {sign}
      </span>
    );
  return (
    <a class="button" href={hrefOf({ page: 'image', id: image.id })} aria-label={`${name} image: ${image.file_name}`}>
      {sign}
    </a>
  );
}

/** The name of an image, and where to go from it. */
export function ImageTools({
  image,
  previous,
  next,
  zoom,
  showsMasks,
  heading,
  onZoom,
  onShowsMasks,
}: ImageToolsProps) {
  return (
    <div class="image-tools">
      <div class="image-names">
        <h1 ref={heading} tabIndex={-1}>
          {image.file_name}
        </h1>
        <p class="subtitle">
          {image.width} × {image.height} pixels
        </p>
      </div>
      <div class="buttons">
        <CheckBox name="Masks" isChecked={showsMasks} onChange={onShowsMasks} />
        <button
          type="button"
          class="button"
          aria-label="Smaller"
          disabled={zoom <= 1}
          onClick={() => onZoom(Math.max(1, zoom / ZOOM_STEP))}
        >
          −
        </button>
        <button
          type="button"
          class="button"
          aria-label="Larger"
          disabled={zoom >= 8}
          onClick={() => onZoom(Math.min(8, zoom * ZOOM_STEP))}
        >
          +
        </button>
        <Neighbour image={previous} name="Previous" sign="←" />
        <Neighbour image={next} name="Next" sign="→" />
      </div>
    </div>
  );
}

import type { ImageEntry } from '../../data/report-data.js';
import type { Filter } from '../filter/filter.js';
import type { Scales } from '../filter/scale.js';
import { hrefOf } from '../loading/route.js';
import { counted, wholeInWords } from './in-words.js';
import { Thumbnail } from './thumbnail.js';

interface CardProps {
  readonly image: ImageEntry;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  /** Among all images that are shown, from 0. */
  readonly position: number;
  readonly count: number;
  /** Masks that pass. */
  readonly masks: number;
  /** Whether the tabulator key leads here. */
  readonly isActive: boolean;
  readonly showsMasks: boolean;
  readonly filter: Filter;
  readonly scales: Scales;
  readonly categories: readonly string[];
  readonly onFocus: () => void;
}

/** An image of the gallery. */
export function Card({ image, left, top, width, position, count, masks, isActive, onFocus, ...thumbnail }: CardProps) {
  const inWords =
    masks === image.masks ? counted(masks, 'mask') : `${wholeInWords(masks)} of ${counted(image.masks, 'mask')}`;
  return (
    <li
      class={masks === 0 ? 'card card-empty' : 'card'}
      style={{ transform: `translate(${left}px, ${top}px)`, width: `${width}px` }}
      aria-setsize={count}
      aria-posinset={position + 1}
    >
      <a
        href={hrefOf({ page: 'image', id: image.id })}
        tabIndex={isActive ? 0 : -1}
        data-place={position}
        onFocus={onFocus}
        title={image.file_name}
      >
        <Thumbnail image={image} {...thumbnail} />
        <span class="card-name">{image.file_name}</span>
        <span class="card-count">
          {inWords}
          {image.missing !== undefined && ', image not found'}
        </span>
      </a>
    </li>
  );
}

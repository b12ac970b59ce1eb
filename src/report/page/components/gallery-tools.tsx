import type { ReportHead } from '../../data/report-data.js';
import { type GalleryChoice, ORDERS, type Order } from '../filter/gallery-order.js';
import type { LoadedImages } from '../loading/images.js';
import { CheckBox } from './check-box.js';
import { counted, wholeInWords } from './in-words.js';

interface GalleryToolsProps {
  readonly head: ReportHead;
  readonly loaded: LoadedImages;
  readonly choice: GalleryChoice;
  readonly showsMasks: boolean;
  /** Images that are shown. */
  readonly shown: number;
  readonly onChoice: (choice: GalleryChoice) => void;
  readonly onShowsMasks: (showsMasks: boolean) => void;
}

/** Which images the gallery shows, in which order. */
export function GalleryTools({ head, loaded, choice, showsMasks, shown, onChoice, onShowsMasks }: GalleryToolsProps) {
  const isLoading = loaded.problem === undefined && loaded.images.length < head.images;
  const of = shown < loaded.images.length ? ` of ${wholeInWords(loaded.images.length)}` : '';
  return (
    <div class="tools">
      <label class="field field-search">
        <span class="unseen">Find images by name</span>
        <input
          type="search"
          placeholder="Find by name"
          value={choice.search}
          onInput={({ currentTarget: { value } }) => onChoice({ ...choice, search: value })}
        />
      </label>
      <label class="field">
        <span class="unseen">Order</span>
        <select
          value={choice.order}
          onChange={({ currentTarget: { value } }) => onChoice({ ...choice, order: value as Order })}
        >
          {Object.entries(ORDERS).map(([order, name]) => (
            <option key={order} value={order}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <CheckBox name="Masks" isChecked={showsMasks} onChange={onShowsMasks} />
      <CheckBox
        name="Only images with masks"
        isChecked={choice.onlyWithMasks}
        onChange={(onlyWithMasks) => onChoice({ ...choice, onlyWithMasks })}
      />
      <p class="tools-count" role="status">
        {isLoading
          ? `Loading ${wholeInWords(loaded.images.length)} of ${counted(head.images, 'image')}`
          : `${wholeInWords(shown)}${of} ${head.images === 1 ? 'image' : 'images'}`}
      </p>
    </div>
  );
}

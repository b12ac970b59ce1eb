import { useEffect, useRef } from 'preact/hooks';
import { percentInWords } from '../filter/scale.js';
import { useRowsOfElement } from '../loading/virtual-rows.js';
import type { DecodedMask } from '../masks/decoded-mask.js';
import { colourOf, cssColourOf } from '../masks/draw-on-canvas.js';
import { maskInWords } from './in-words.js';

/** Pixels of a row. */
const ROW = 40;
/** Rows that Page Up and Page Down pass over. */
const PAGE = 8;

interface MaskListProps {
  readonly masks: readonly DecodedMask[];
  readonly lit: DecodedMask | undefined;
  readonly onPoint: (mask: DecodedMask | undefined) => void;
  readonly onChoose: (mask: DecodedMask | undefined) => void;
}

const idOf = ({ mask }: DecodedMask) => `mask-${mask.number}`;

/** Where a key leads from a row; undefined for a key that leads nowhere. */
function nextRow(key: string, at: number, count: number): number | undefined {
  const rows: Readonly<Record<string, number>> = {
    ArrowUp: at - 1,
    ArrowDown: at + 1,
    PageUp: at - PAGE,
    PageDown: at + PAGE,
    Home: 0,
    End: count - 1,
  };
  const next = rows[key];
  return next === undefined ? undefined : Math.max(0, Math.min(count - 1, next));
}

/** The masks of an image as a list: with the arrow keys one after the other lights up. */
export function MaskList({ masks, lit, onPoint, onChoose }: MaskListProps) {
  const list = useRef<HTMLDivElement>(null);
  const { rows, height, show } = useRowsOfElement(masks.length, ROW, () => list.current);
  const at = lit ? masks.indexOf(lit) : -1;
  // only when another mask is in the light
  useEffect(() => {
    if (at >= 0) show(at);
  }, [lit]);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextRow(event.key, at, masks.length);
    if (next === undefined) return;
    event.preventDefault();
    onChoose(masks[next]);
  };
  if (masks.length === 0) return <p class="note">No mask passes the filters.</p>;
  return (
    <div
      ref={list}
      class="mask-list"
      role="listbox"
      aria-label="Masks"
      tabIndex={0}
      {...(at >= 0 && { 'aria-activedescendant': idOf(masks[at]) })}
      onKeyDown={onKeyDown}
      onPointerLeave={() => onPoint(undefined)}
    >
      <div class="mask-rows" role="presentation" style={{ height: `${height}px` }}>
        {rows.map(({ index, start }) => {
          const row = masks[index];
          if (!row) return null;
          const { mask, width, height: imageHeight } = row;
          const values = [
            ['predicted IoU', mask.predicted_iou.toFixed(3)],
            ['stability', mask.stability_score.toFixed(3)],
            ['area', percentInWords(mask.area / (width * imageHeight))],
          ];
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the list itself hears keys
            <div
              key={mask.number}
              id={idOf(row)}
              class="mask-row"
              role="option"
              aria-selected={index === at}
              aria-setsize={masks.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)`, height: `${ROW}px` }}
              onPointerMove={(event) => event.pointerType !== 'touch' && onPoint(row)}
              onClick={() => onChoose(row)}
            >
              <span class="swatch" style={{ background: cssColourOf(colourOf(mask)) }} />
              <span class="mask-name">{maskInWords(mask)}</span>
              {values.map(([name, value]) => (
                <span key={name} class="number">
                  <span class="unseen">{name} </span>
                  {value}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

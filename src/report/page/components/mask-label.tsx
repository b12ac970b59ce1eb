import type { DecodedMask } from '../masks/decoded-mask.js';
import { colourOf, cssColourOf } from '../masks/draw-on-canvas.js';
import { maskInWords, measuresInWords } from './in-words.js';

/** Name and scores of the mask in the light, beside it. */
export function MaskLabel({ mask: { mask, width, height } }: { readonly mask: DecodedMask }) {
  const [x0, y0, x1, y1] = mask.box;
  const middle = (x0 + x1 + 1) / 2 / width;
  // below the mask where there is more room than above
  const isBelow = y0 < height - y1;
  const edge = isBelow ? (y1 + 1) / height : y0 / height;
  return (
    <div
      class={isBelow ? 'label label-below' : 'label label-above'}
      style={{ '--x': Math.min(0.98, Math.max(0.02, middle)), '--y': Math.min(0.86, Math.max(0.14, edge)) }}
    >
      <p class="label-name">
        <span class="swatch" style={{ background: cssColourOf(colourOf(mask)) }} />
        {maskInWords(mask)}
      </p>
      <dl>
        {measuresInWords(mask, width * height).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

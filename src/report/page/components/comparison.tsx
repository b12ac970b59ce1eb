import { useMemo, useState } from 'preact/hooks';
import type { ComparedSide, ComparisonData } from '../../data/report-data.js';
import { type DecodedMask, decodedMaskOf } from '../masks/decoded-mask.js';
import { colourOf } from '../masks/draw-on-canvas.js';
import type { Rgb } from '../masks/paint-masks.js';
import { counted } from './in-words.js';
import { MaskStage } from './mask-stage.js';

type ComparedMask = ComparedSide['masks'][number];

/** Of masks that have a match. */
const GREY: Rgb = [130, 130, 130];
const colourOfCompared = (mask: ComparedMask): Rgb => (mask.matched ? GREY : colourOf(mask));

/** The masks of one run, those without a match in colour. */
function Side({ run, name, side }: { readonly run: string; readonly name: string; readonly side: ComparedSide }) {
  const masks = useMemo(() => side.masks.map((mask) => decodedMaskOf(mask, side)), [side]);
  const [lit, setLit] = useState<DecodedMask<ComparedMask>>();
  const alone = side.masks.filter(({ matched }) => !matched).length;
  const inWords = `${run}: ${counted(side.masks.length, 'mask')}, ${alone} without a match`;
  return (
    <figure>
      <figcaption>{inWords}</figcaption>
      <MaskStage
        size={side}
        src={undefined}
        label={`${name}, ${inWords}`}
        masks={masks}
        lit={lit}
        colour={colourOfCompared}
        onPoint={setLit}
        onPick={([smallest]) => setLit(smallest)}
      />
    </figure>
  );
}

/** The images that differ most between two runs, side by side. */
export function Comparison({ data }: { readonly data: ComparisonData }) {
  return (
    <main class="text-page comparison">
      <h1>Comparison of two runs</h1>
      {data.lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {data.images.map(({ file_name, a, b }) => (
        <section key={file_name} aria-label={file_name}>
          <h2>{file_name}</h2>
          <div class="pair">
            <Side run="A" name={file_name} side={a} />
            <Side run="B" name={file_name} side={b} />
          </div>
        </section>
      ))}
    </main>
  );
}

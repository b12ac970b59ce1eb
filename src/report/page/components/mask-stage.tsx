import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ImageSize } from '../../../sam/rgb-image.js';
import type { ReportMask } from '../../data/report-data.js';
import { whenIdle } from '../loading/idle-queue.js';
import { type DecodedMask, masksAt } from '../masks/decoded-mask.js';
import { drawLit, drawMasks } from '../masks/draw-on-canvas.js';
import type { Rgb } from '../masks/paint-masks.js';
import { MaskLabel } from './mask-label.js';

/** Longest side of what is drawn on, in pixels. */
const LONGEST_CANVAS = 3000;

interface MaskStageProps<Mask extends ReportMask> {
  readonly size: ImageSize;
  /** The image's file; none where there is only a plain ground. */
  readonly src: string | undefined;
  /** What is seen, in words. */
  readonly label: string;
  readonly masks: readonly DecodedMask<Mask>[];
  /** The mask in the light. */
  readonly lit: DecodedMask<Mask> | undefined;
  readonly colour?: (mask: Mask) => Rgb;
  /** The mask below the pointer; undefined where there is none. */
  readonly onPoint: (mask: DecodedMask<Mask> | undefined) => void;
  /** The masks at a place that was clicked, the smallest first. */
  readonly onPick: (masks: readonly DecodedMask<Mask>[]) => void;
  readonly children?: ComponentChildren;
}

/** Pixels of the screen that an element covers. */
function useScreenSize(element: { readonly current: HTMLElement | null }): ImageSize {
  const [size, setSize] = useState<ImageSize>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([{ contentRect }]) => {
      const longest = Math.max(contentRect.width, contentRect.height, 1);
      const scale = Math.min(window.devicePixelRatio, LONGEST_CANVAS / longest);
      setSize({ width: Math.round(contentRect.width * scale), height: Math.round(contentRect.height * scale) });
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

/** An image with its masks: the one that is pointed at lights up. */
export function MaskStage<Mask extends ReportMask>(props: MaskStageProps<Mask>) {
  const { size, src, label, masks, lit, colour, onPoint, onPick, children } = props;
  const stage = useRef<HTMLDivElement>(null);
  const all = useRef<HTMLCanvasElement>(null);
  const light = useRef<HTMLCanvasElement>(null);
  const canvas = useScreenSize(stage);
  useEffect(() => whenIdle(() => all.current && drawMasks(all.current, masks, colour)), [masks, colour, canvas]);
  useEffect(() => whenIdle(() => light.current && drawLit(light.current, lit, colour)), [lit, colour, canvas]);
  const masksBelow = ({ clientX, clientY }: MouseEvent) => {
    const box = stage.current?.getBoundingClientRect();
    if (!box) return [];
    const x = Math.floor(((clientX - box.left) * size.width) / box.width);
    const y = Math.floor(((clientY - box.top) * size.height) / box.height);
    return masksAt(masks, x, y);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list of masks is there for keys
    <div
      ref={stage}
      class={src === undefined ? 'stage stage-plain' : 'stage'}
      style={{ '--aspect': size.width / size.height }}
      role="img"
      aria-label={label}
      onPointerMove={(event) => event.pointerType !== 'touch' && onPoint(masksBelow(event)[0])}
      onPointerLeave={(event) => event.pointerType !== 'touch' && onPoint(undefined)}
      onClick={(event) => onPick(masksBelow(event))}
    >
      {src !== undefined && <img src={src} alt="" width={size.width} height={size.height} draggable={false} />}
      <canvas ref={all} class={lit ? 'masks masks-dim' : 'masks'} width={canvas.width} height={canvas.height} />
      <canvas ref={light} class={lit ? 'light light-on' : 'light'} width={canvas.width} height={canvas.height} />
      {lit && <MaskLabel mask={lit} />}
      {children}
    </div>
  );
}

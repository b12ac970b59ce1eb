import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  observeWindowOffset,
  observeWindowRect,
  type VirtualItem,
  Virtualizer,
  type VirtualizerOptions,
  windowScroll,
} from '@tanstack/virtual-core';
import { useLayoutEffect, useState } from 'preact/hooks';

/** Rows outside of what is seen that are there all the same, so that scrolling shows none late. */
const OVERSCAN = 3;

/** Rows of one height, of which those that are seen are in the document. */
export interface VirtualRows {
  readonly rows: readonly VirtualItem[];
  /** Pixels of all rows. */
  readonly height: number;
  /** Brings a row into view. */
  show(index: number): void;
}

function useVirtualRows<Scrolled extends Element | Window>(
  options: VirtualizerOptions<Scrolled, Element>,
  rowHeight: number,
): VirtualRows {
  const [, rerender] = useState({});
  const whole = { overscan: OVERSCAN, ...options, onChange: () => rerender({}) };
  const [virtualizer] = useState(() => new Virtualizer<Scrolled, Element>(whole));
  virtualizer.setOptions(whole);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  // sizes are asked for again when they change
  useLayoutEffect(() => virtualizer.measure(), [rowHeight]);
  return {
    rows: virtualizer.getVirtualItems(),
    height: virtualizer.getTotalSize(),
    show: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
  };
}

/** Rows that scroll with the page. @param top - Pixels of the page above them. */
export function useRowsOfPage(count: number, rowHeight: number, top: number): VirtualRows {
  return useVirtualRows<Window>(
    {
      count,
      estimateSize: () => rowHeight,
      scrollMargin: top,
      // the header stays at the top
      scrollPaddingStart: 80,
      scrollPaddingEnd: 16,
      getScrollElement: () => window,
      observeElementRect: observeWindowRect,
      observeElementOffset: observeWindowOffset,
      scrollToFn: windowScroll,
      initialOffset: () => window.scrollY,
    },
    rowHeight,
  );
}

/** Rows that scroll in an element of their own. */
export function useRowsOfElement(count: number, rowHeight: number, element: () => Element | null): VirtualRows {
  return useVirtualRows<Element>(
    {
      count,
      estimateSize: () => rowHeight,
      getScrollElement: element,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
    },
    rowHeight,
  );
}

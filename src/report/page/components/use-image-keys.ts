import { useEffect, useRef } from 'preact/hooks';

interface ImageKeys {
  readonly onPrevious: () => void;
  readonly onNext: () => void;
  readonly onLeave: () => void;
  /** The factor that the size changes by; 0 for the whole image. */
  readonly onZoom: (factor: number) => void;
}

/** How much larger a step of the size is. */
export const ZOOM_STEP = 1.5;

/** The keys of an image's page; those of a field in it stay that field's. */
export function useImageKeys(latest: ImageKeys): void {
  // a key that comes before the next paint is answered as the page is now
  const current = useRef(latest);
  current.current = latest;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const keys = current.current;
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.target instanceof HTMLElement && event.target.matches('input, select')) return;
      const actions: Readonly<Record<string, () => void>> = {
        ArrowLeft: keys.onPrevious,
        ArrowRight: keys.onNext,
        Escape: keys.onLeave,
        '+': () => keys.onZoom(ZOOM_STEP),
        '=': () => keys.onZoom(ZOOM_STEP),
        '-': () => keys.onZoom(1 / ZOOM_STEP),
        '0': () => keys.onZoom(0),
      };
      const action = actions[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

import { useEffect, useMemo, useState } from 'preact/hooks';
import { DATA_NAMES } from '../../data/file-names.js';
import type { ImageChunk, ImageEntry, ReportHead } from '../../data/report-data.js';
import { MaskTable } from '../filter/mask-table.js';
import type { Scales } from '../filter/scale.js';
import { loadedData } from './received-data.js';

/** The images of a report, as far as they are loaded. */
export interface LoadedImages {
  readonly images: readonly ImageEntry[];
  readonly table: MaskTable;
  /** Chunks so far: `images` and `table` grow with it. */
  readonly chunks: number;
  /** What went wrong, where something did. */
  readonly problem?: string;
}

/** Loads a report's images, chunk after chunk: the gallery shows the first ones while the rest comes. */
export function useImages(head: ReportHead, scales: Scales): LoadedImages {
  const images = useMemo<ImageEntry[]>(() => [], []);
  const table = useMemo(() => new MaskTable(scales), [scales]);
  const [chunks, setChunks] = useState(0);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const load = async () => {
      const count = Math.ceil(head.images / head.images_per_chunk);
      for (let i = 0; i < count; i++) {
        const chunk = await loadedData<ImageChunk>(DATA_NAMES.images(i));
        for (const image of chunk.images) images.push(image);
        table.add(chunk);
        setChunks(i + 1);
      }
    };
    load().catch((error: Error) => setProblem(error.message));
  }, [head, images, table]);
  return { images, table, chunks, ...(problem !== undefined && { problem }) };
}

/** Which pixels of an image belong to edges: [height, width], row after row, 1 or 0. */
export interface BinaryMap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** How many pixels belong. */
export function pixelsOf({ data }: BinaryMap): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) count += data[i];
  return count;
}

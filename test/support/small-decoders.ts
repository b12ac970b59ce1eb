import { readFile } from 'node:fs/promises';
import { fixtureUrl } from './fixture.js';

/** Decoders with random weights (fixtures/scripts/small_decoders.py): file, channels, patches along a side. */
export const SMALL_DECODERS = [
  { file: 'official_single.onnx', width: 32, grid: 16, takesBoxesAndMasks: true },
  { file: 'official_multi_depth3.onnx', width: 48, grid: 8, takesBoxesAndMasks: true },
  { file: 'transformers_js.onnx', width: 64, grid: 12, takesBoxesAndMasks: false },
  { file: 'official_multi_opset16.onnx', width: 64, grid: 8, takesBoxesAndMasks: true },
] as const;

/** The bytes of one of {@link SMALL_DECODERS}. */
export function smallDecoder(file: string): Promise<Uint8Array> {
  return readFile(fixtureUrl(`decoders/${file}`));
}

/*
 * Half floats by their definition, for plain loops: nothing here comes from src/model. A half has 10 bits behind the leading one, and
 * exponents from -14 to 15.
 */
import * as ort from 'onnxruntime-node';

function halfOf(value: number): number {
  const size = Math.abs(value);
  const exponent = size === 0 ? -14 : Math.max(-14, Math.floor(Math.log2(size)));
  const steps = size / 2 ** (exponent - 10);
  const below = Math.floor(steps);
  const rest = steps - below;
  const even = below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0);
  // steps below 1024 have no leading one; 2048 steps are the next exponent's 1024, which the sum says by itself
  return (value < 0 ? 0x8000 : 0) + ((exponent + 14) << 10) + even;
}

function numberOf(half: number): number {
  const exponent = (half >> 10) & 31;
  const steps = (half & 1023) + (exponent > 0 ? 1024 : 0);
  return (half & 0x8000 ? -1 : 1) * steps * 2 ** (Math.max(1, exponent) - 25);
}

/** Float tensors in half floats; others as they are. */
export function inHalves(feeds: Record<string, ort.Tensor>): Record<string, ort.Tensor> {
  return mapped(feeds, (tensor) =>
    tensor.type === 'float32'
      ? new ort.Tensor('float16', Uint16Array.from(tensor.data as Float32Array, halfOf), tensor.dims)
      : tensor,
  );
}

/** Tensors of half floats in floats; others as they are. */
export function inFloats(feeds: Record<string, ort.Tensor>): Record<string, ort.Tensor> {
  return mapped(feeds, (tensor) => {
    if (tensor.type !== 'float16') return tensor;
    // an array of half floats, where Node.js has one
    const { buffer, byteOffset, length } = tensor.data as Uint16Array;
    const halves = new Uint16Array(buffer, byteOffset, length);
    return new ort.Tensor('float32', Float32Array.from(halves, numberOf), tensor.dims);
  });
}

function mapped(feeds: Record<string, ort.Tensor>, change: (tensor: ort.Tensor) => ort.Tensor) {
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, change(tensor)]));
}

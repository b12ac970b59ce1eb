const MAGIC = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
/** Data begin at a multiple of this. */
const ALIGNMENT = 64;

/** A boolean matrix as the bytes of a `.npy` file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
export function npyOfMask(rowMajor: Uint8Array, height: number, width: number): Buffer {
  const text = `{'descr': '|b1', 'fortran_order': False, 'shape': (${height}, ${width}), }`;
  const before = MAGIC.length + 2;
  const length = Math.ceil((before + text.length + 1) / ALIGNMENT) * ALIGNMENT - before;
  const lengthBytes = Buffer.alloc(2);
  lengthBytes.writeUInt16LE(length);
  return Buffer.concat([MAGIC, lengthBytes, Buffer.from(`${text.padEnd(length - 1)}\n`, 'latin1'), rowMajor]);
}

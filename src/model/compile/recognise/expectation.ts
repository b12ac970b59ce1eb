/**
 * What every reader here says when a graph is not what it takes it for.
 *
 * @module
 */

/** The graph is not a mask decoder that the compiler knows; the message says what was expected where. */
class UnrecognisedDecoder extends Error {
  override readonly name = 'UnrecognisedDecoder';
}

export function expect(condition: unknown, what: string): asserts condition {
  if (!condition) throw new UnrecognisedDecoder(`Expected ${what}, as in SAM-1's decoder.`);
}

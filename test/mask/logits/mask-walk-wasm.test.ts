import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskWalkWasm } from '../../../src/mask/logits/mask-walk-wasm.js';

const compilerIsMissing = await import('node:module').then(({ createRequire }) => {
  try {
    createRequire(import.meta.url).resolve('assemblyscript/package.json');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND' && 'assemblyscript is not installed';
  }
});

test('the committed WebAssembly is what its source compiles to (else: npm run build:wasm)', {
  skip: compilerIsMissing,
}, async () => {
  // plain JavaScript that also serves npm run build:wasm, so it is found from the package's root
  const script = new URL('../../../../scripts/compile-mask-walk.js', import.meta.url).href;
  const { compileMaskWalk } = (await import(script)) as { compileMaskWalk(): Promise<{ bytes: Uint8Array }> };
  const { bytes } = await compileMaskWalk();
  assert.ok(Buffer.from(bytes).equals(Buffer.from(maskWalkWasm, 'base64')));
});

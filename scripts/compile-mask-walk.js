import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = 'assembly/mask-walk.ts';
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];

/** Compiles assembly/mask-walk.ts. @returns {Promise<{ bytes: Uint8Array, stderr: string }>} */
export async function compileMaskWalk() {
  const outputs = new Map();
  const { error, stderr } = await asc.main([SOURCE, '--baseDir', ROOT, '--outFile', 'mask-walk.wasm', ...OPTIONS], {
    writeFile: (name, contents) => {
      outputs.set(name, contents);
    },
  });
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return { bytes: outputs.get('mask-walk.wasm'), stderr: stderr.toString() };
}

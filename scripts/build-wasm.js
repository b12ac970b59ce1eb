// Compiles assembly/mask-walk.ts and writes it, as base64, into src/mask/logits/mask-walk-wasm.ts: a module that needs no file at
// run time, the same in src, dist and a bundle. The result is committed; test/mask/logits/mask-walk-wasm.test.ts compares.
import { writeFileSync } from 'node:fs';
import { compileMaskWalk } from './compile-mask-walk.js';

const { bytes, stderr } = await compileMaskWalk();
if (stderr !== '') process.stderr.write(stderr);
const lines = Buffer.from(bytes)
  .toString('base64')
  .match(/.{1,110}/g);
writeFileSync(
  new URL('../src/mask/logits/mask-walk-wasm.ts', import.meta.url),
  `// Made by \`npm run build:wasm\` from assembly/mask-walk.ts. Do not edit.\n\n/** The compiled module, base64. */\n` +
    `export const maskWalkWasm =\n${lines.map((line) => `  '${line}'`).join(' +\n')};\n`,
);
process.stdout.write(`src/mask/logits/mask-walk-wasm.ts: ${bytes.length} bytes of WebAssembly\n`);

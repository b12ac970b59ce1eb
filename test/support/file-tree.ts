import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Every file below a folder, by name with forward slashes, with the sha256 of its bytes. */
export async function fileTree(folder: string): Promise<Map<string, string>> {
  const tree = new Map<string, string>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const hash = createHash('sha256').update(await readFile(path));
    tree.set(relative(folder, path).split(sep).join('/'), hash.digest('hex'));
  }
  return new Map([...tree].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same without the own files of a run: its records alone. */
export async function recordTree(folder: string): Promise<Map<string, string>> {
  const tree = await fileTree(folder);
  return new Map([...tree].filter(([name]) => !name.startsWith('_run/') && name !== 'failures.ndjson'));
}

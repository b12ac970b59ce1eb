import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { recordTree } from './file-tree.js';
import { S3Server } from './s3-server.js';
import { smallImage } from './small-images.js';
import { temporaryFolder } from './temporary-folder.js';

/** Where the images of {@link s3Place} are. */
export const PHOTOS = 's3://bucket/photos';

/** A server, and a folder with the same images as the bucket's `photos/`. */
export interface S3Place {
  readonly server: S3Server;
  readonly folder: string;
  readonly photos: string;
}

/** Starts a server and puts small images there, and into a folder. */
export async function s3Place(context: TestContext, names: readonly string[]): Promise<S3Place> {
  const server = await S3Server.start(context);
  const folder = await temporaryFolder(context);
  const photos = join(folder, 'photos');
  for (const [i, name] of names.entries()) {
    const bytes = await smallImage(i + 1);
    await write(join(photos, name), bytes);
    await server.put({ [`photos/${name}`]: bytes });
  }
  return { server, folder, photos };
}

/** The records below a prefix of the bucket: copied to a folder, as `recordTree` tells them. */
export async function recordsAt({ server, folder }: S3Place, prefix: string): Promise<Map<string, string>> {
  const copy = join(folder, 'copies', String(server.seen.length));
  for (const key of await server.keys(`${prefix}/`)) {
    await write(join(copy, key.slice(prefix.length + 1)), await server.get(key));
  }
  return recordTree(copy);
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

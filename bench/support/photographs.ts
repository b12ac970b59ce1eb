import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** Path of a fixture photograph, from the compiled benchmark (build/bench/support). */
function fixturePhotograph(name: string): string {
  return fileURLToPath(new URL(`../../../fixtures/images/${name}`, import.meta.url));
}

/** Writes a fixture photograph at another size. */
export async function photographAt(name: string, width: number, height: number, path: string): Promise<void> {
  await sharp(fixturePhotograph(name)).resize(width, height, { fit: 'fill' }).toFile(path);
}

/** Writes `count` different images: overlapping parts of the fixture photographs, 300x200 pixels. */
export async function writeImages(count: number, folder: string): Promise<void> {
  const names = ['astronaut.png', 'chelsea.png', 'coffee.png'];
  for (let i = 0; i < count; i++) {
    const part = { left: (i * 37) % 150, top: (i * 23) % 100, width: 300, height: 200 };
    await sharp(fixturePhotograph(names[i % 3]))
      .extract(part)
      .png()
      .toFile(`${folder}/${String(i).padStart(4, '0')}.png`);
  }
}

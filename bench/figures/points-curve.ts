/** docs/adaptive-points.png: time against recall, from what points-curve.ts kept. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { type CurvePoint, pointsCurveSvg } from './points-curve-svg.js';

/** Draws the curve. @param rows - The file that points-curve.ts wrote. */
export async function draw(rows: string | undefined): Promise<void> {
  if (rows === undefined) throw new Error('Expected the rows that points-curve.ts kept');
  const points: CurvePoint[] = JSON.parse(readFileSync(rows, 'utf8'));
  await sharp(Buffer.from(pointsCurveSvg(points)))
    .png({ palette: true })
    .toFile('docs/adaptive-points.png');
}

/** Draws what points-curve.ts measured: `npm run points-chart -- ROWS.json CHART.png` */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { type CurvePoint, pointsChart } from './calibration/points-chart-svg.js';

const [rows, chart] = process.argv.slice(2);
if (chart === undefined) throw new Error('Expected the rows that points-curve.ts kept, and a PNG to write');
const points: CurvePoint[] = JSON.parse(readFileSync(rows, 'utf8'));
await sharp(Buffer.from(pointsChart(points)))
  .png({ palette: true })
  .toFile(chart);

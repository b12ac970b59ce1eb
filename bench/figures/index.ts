/**
 * The figures of docs/: `npm run figures -- NAME [FILE]`. Each is a file of this folder that exports `draw`; add its name below.
 */

const figures: Record<string, string> = {
  settings: 'what --nms and --non-overlapping do',
  'asked-points': 'the points that --points-budget asks first',
  'points-curve': 'time against recall; FILE is what `npm run points-curve -- --rows FILE` kept',
  everything: 'the fixture photographs and their masks; FILE is a folder of their overlays',
};

const [name, file] = process.argv.slice(2);
if (name === undefined || !Object.hasOwn(figures, name)) {
  const names = Object.entries(figures).map(([figure, what]) => `  ${figure}: ${what}\n`);
  process.stderr.write(`Expected a figure:\n${names.join('')}`);
  process.exit(2);
}
const { draw } = (await import(`./${name}.js`)) as { draw(file?: string): Promise<void> };
await draw(file);

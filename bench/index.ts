/**
 * `npm run bench` runs every benchmark, `npm run bench -- NAME...` those named. Each is a file of this folder that
 * exports `run`; add its name below.
 */

const benchmarks: Record<string, string> = {
  'small-regions': 'holes and islands of a 24-megapixel mask, on runs and on pixels',
  'many-masks': 'NMS by mask IoU and a partition of a thousand masks',
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  process.stderr.write(
    `Expected names out of ${Object.keys(benchmarks).join(', ')} but received ${unknown.join(', ')}\n`,
  );
  process.exit(2);
}
for (const name of names.length > 0 ? names : Object.keys(benchmarks)) {
  process.stdout.write(`\n${name}: ${benchmarks[name]}\n`);
  const { run } = (await import(`./${name}.js`)) as { run(): void | Promise<void> };
  await run();
}

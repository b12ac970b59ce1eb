/**
 * `npm run bench` runs every benchmark, `npm run bench -- NAME...` those named. Each is a file of this folder that
 * exports `run`; add its name below.
 */

const benchmarks: Record<string, string> = {
  decoder: 'milliseconds a point: the decoder as shipped against the compiled one, each at its best arrangement',
  'decoder-agreement': 'how far the compiled decoder is from the export, over the whole grid (minutes)',
  prompts: 'a thousand boxes against a thousand grid points: decoder time',
  'mask-kernels': 'one real mask at 1800x1200: resize, stability, box and runs, by outline and by pixel',
  'mask-kernels-by-size': "the same against the image's size, drawn into docs",
  'after-decoder': 'a whole photograph at 1800x1200: what follows the decoder, against the plain way',
  'whole-command': 'sam-cli everything at 1800x1200, against the decoder as exported and plain kernels (minutes)',
  'one-image': 'one image with every core, and the last image of three: against one worker, and against a long folder',
  'another-version': 'one image with the code in SAM_CLI_OTHER and with this one (minutes)',
  pipeline: 'eight photographs with one worker and with two: time, busy cores, waits of a timer',
  'folder-memory': 'peak memory for folders of 10 and of 200 images',
  'small-regions': 'holes and islands of a 24-megapixel mask, on runs and on pixels',
  'many-masks': 'NMS by mask IoU and a partition of a thousand masks',
  export: 'a million annotations to one COCO file: time and peak memory',
  report: 'the report of 10,000 images in a browser: time to open, longest frame while scrolling',
  compare: 'sam-cli compare of two runs over 1,000 images of 100 masks, against dense masks',
  's3-listing': 'a bucket of a million keys: time and memory to list them, and until work begins',
  'dataset-scale':
    'lists and a folder of up to a million images: time and memory until work begins, and until a resumed run goes on',
  queue: 'two workers of a queue against one run with two worker threads (minutes)',
  'queue-scale': 'a million images put in a queue: time, memory of the command and of Redis; jobs a second (minutes)',
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

/*
 * The structure of src as rules. `npm run lint` checks them and answers a broken one with its comment below.
 *
 * swc parses, because TypeScript 7 lends its parser to nobody; type-only imports count like any other. Without swc
 * nothing would be read and so nothing found wrong: the import makes that an error.
 */
import swc from '@swc/core';
import '@swc/core/Visitor.js';

// dependency-cruiser does not tell swc which files have JSX
const { parseFileSync } = swc;
swc.parseFileSync = (file, options) => parseFileSync(file, { ...options, tsx: file.endsWith('.tsx') });

/**
 * Which folder of src may import which: one line each. Every arrow points down: a line names only folders of lines
 * below its own (checked when this file is read), so no circle can be allowed.
 */
const MAY_IMPORT = {
  'index.ts': [
    'library',
    'dataset',
    'execute',
    'formats',
    'model',
    'edges',
    'amg',
    'segment',
    'words',
    'image',
    'storage',
    'sam',
    'mask/runs',
  ],
  cli: [
    'calibrate',
    'evaluate',
    'diagnose',
    'dataset',
    'execute',
    'formats',
    'model',
    'edges',
    'amg',
    'segment',
    'words',
    'storage',
    'sam',
  ],
  library: ['dataset', 'execute', 'formats', 'model', 'edges', 'amg', 'segment', 'words', 'image', 'sam', 'mask/runs'],
  diagnose: ['dataset', 'execute', 'model', 'amg', 'image', 'storage', 'sam', 'mask/runs'],
  calibrate: ['evaluate', 'dataset', 'execute', 'formats', 'model', 'amg', 'storage', 'sam', 'mask/runs'],
  evaluate: ['dataset', 'formats', 'report/files', 'report/data', 'image', 'storage', 'sam', 'mask/runs'],
  dataset: [
    'execute',
    'formats',
    'report/files',
    'report/data',
    'model',
    'edges',
    'amg',
    'segment',
    'image',
    'storage',
    'sam',
    'mask/runs',
  ],
  execute: ['model', 'edges', 'amg', 'segment', 'words', 'image', 'sam'],
  formats: ['sam', 'mask/runs'],
  'report/page': ['report/data', 'sam', 'mask/runs'],
  'report/files': ['report/data', 'sam', 'mask/runs'],
  'report/data': [],
  model: ['amg', 'image', 'storage', 'mask/logits', 'sam', 'mask/runs'],
  edges: ['amg', 'image', 'mask/logits', 'sam', 'mask/runs'],
  amg: ['segment', 'image', 'mask/logits', 'sam', 'mask/runs'],
  segment: ['image', 'mask/logits', 'sam', 'mask/runs'],
  words: ['image', 'sam', 'mask/runs'],
  image: ['sam', 'mask/runs'],
  storage: [],
  'mask/logits': ['sam', 'mask/runs'],
  sam: ['mask/runs'],
  'mask/runs': [],
  'errors.ts': [],
  'package-root.ts': [],
};
/** Every folder may import these. */
const FOR_ALL = ['errors.ts', 'package-root.ts'];

/** The folders of src that may know a package, or a part of Node.js. Every package in src has a line. */
const KNOWN_IN = {
  '@aws-sdk/client-s3': ['storage/s3'],
  '@bomb.sh/tab': ['cli'],
  '@huggingface/tokenizers': ['model/image-text'],
  '@tanstack/virtual-core': ['report/page'],
  '@bufbuild/protobuf': ['model/onnx'],
  '@thi.ng/rle-pack': ['mask/runs', 'formats/label-studio'],
  'cli-progress': ['cli'],
  commander: ['cli'],
  'env-paths': ['storage'],
  geotiff: ['image'],
  'onnxruntime-node': ['model'],
  'p-queue': ['dataset'],
  picomatch: ['dataset/sources'],
  piscina: ['execute', 'evaluate/threads'],
  preact: ['report/page'],
  sharp: ['image'],
  'tar-stream': ['dataset'],
  yaml: ['formats/yolo'],
  'node:fs': [
    'storage',
    'dataset/sources',
    'dataset/prompts',
    'model/catalogue',
    'report/files',
    // free space, and a folder for a trial
    'diagnose',
    'cli/settings-file.ts',
    'cli/words-options.ts',
    'model/image-text',
    'package-root.ts',
  ],
  'node:worker_threads': ['execute'],
};

const lines = Object.keys(MAY_IMPORT);
for (const [place, others] of Object.entries(MAY_IMPORT)) {
  const upwards = others.filter((other) => lines.indexOf(other) <= lines.indexOf(place));
  if (upwards.length > 0) throw new Error(`Expected only folders below ${place} on its line but found ${upwards}`);
}

/** A pattern for the given files and folders of src. */
const inSrc = (places) =>
  `^src/(${places.map((place) => (place.endsWith('.ts') ? `${place}$` : `${place}/`)).join('|')})`;

const directions = lines.map((place) => ({
  name: `${place}-imports-only`,
  comment: `${place} may import: ${MAY_IMPORT[place].join(', ') || 'nothing'} (MAY_IMPORT in .dependency-cruiser.mjs)`,
  from: { path: inSrc([place]) },
  to: { path: '^(src|test|bench)/', pathNot: inSrc([place, ...MAY_IMPORT[place], ...FOR_ALL]) },
}));

const knownIn = Object.entries(KNOWN_IN).map(([name, places]) => ({
  name: `${name}-only-in`,
  comment: `Only ${places.join(', ')} may know ${name} (KNOWN_IN in .dependency-cruiser.mjs)`,
  from: { path: '^src/', pathNot: inSrc(places) },
  to: { path: name.startsWith('node:') ? `^${name.slice('node:'.length)}(/|$)` : `node_modules/${name}/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...directions,
    ...knownIn,
    {
      name: 'dataset-knows-no-executor-by-name',
      comment: 'A run hands images to an interface: who runs it says what does the job',
      from: { path: '^src/dataset/' },
      to: { path: '^src/execute/', pathNot: '^src/execute/(executor|job)\\.ts$' },
    },
    {
      name: 'place-without-a-line',
      comment: 'A new folder or top file of src needs a line in MAY_IMPORT',
      from: { path: '^src/', pathNot: inSrc(lines) },
      to: {},
    },
    {
      name: 'package-without-a-line',
      comment: 'A new package needs a line in KNOWN_IN',
      from: { path: '^src/' },
      to: { path: 'node_modules/', pathNot: `node_modules/(${Object.keys(KNOWN_IN).join('|')})/` },
    },
    {
      name: 'page-without-node',
      comment: 'What runs in a browser has nothing of Node.js',
      from: { path: '^src/report/(page|data)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'unresolved',
      comment: 'What cannot be found cannot be checked',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'circle-of-files',
      comment: 'Two files that need each other are one, or need a third',
      from: {},
      to: { circular: true },
    },
    {
      name: 'circle-of-folders',
      comment: 'Folders that need each other: move the shared part into one of them, or below both',
      scope: 'folder',
      from: { path: '^src/([^/]+)/' },
      // a circle through other folders at the top of src breaks a direction above
      to: { path: '^src/$1/', circular: true },
    },
  ].map((rule) => ({ ...rule, severity: 'error' })),
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

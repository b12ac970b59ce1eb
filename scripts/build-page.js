// Bundles the page of reports (src/report/page) to where the rest of src is compiled to: `node scripts/build-page.js dist`.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('Expected the folder that src is compiled to but received none');
const page = join(root, 'src', 'report', 'page');
await build({
  entryPoints: [join(page, 'view.tsx'), join(page, 'comparison.tsx'), join(page, 'styles', 'report.css')],
  outdir: join(root, target, 'report', 'page'),
  entryNames: '[name]',
  bundle: true,
  minify: true,
  // classic scripts: from a disk browsers load no modules
  format: 'iife',
  target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'eof',
  logLevel: 'warning',
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { packageRoot } from '../src/package-root.js';

/*
 * The structure as a test: which folder of src may import which. A photograph goes in at the left, masks come out at the right,
 * and every arrow points one way.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  cli: ['dataset', 'execute', 'formats', 'segment', 'amg', 'model', 'sam'],
  library: ['dataset', 'execute', 'formats', 'segment', 'amg', 'model', 'image', 'mask', 'sam'],
  dataset: ['execute', 'formats', 'storage', 'segment', 'amg', 'model', 'image', 'mask', 'sam'],
  execute: ['segment', 'amg', 'model', 'image', 'mask', 'sam'],
  formats: ['mask', 'sam'],
  segment: ['image', 'mask', 'sam'],
  model: ['amg', 'storage', 'image', 'mask', 'sam'],
  amg: ['segment', 'image', 'mask', 'sam'],
  evaluate: ['mask'],
  image: ['mask', 'sam'],
  sam: ['mask'],
  storage: [],
  mask: [],
};
/** Packages that only one folder may know. */
const ONLY_IN: Readonly<Record<string, string>> = {
  'onnxruntime-node': 'model',
  sharp: 'image',
  '@bufbuild/protobuf': 'model',
  commander: 'cli',
  'cli-progress': 'cli',
  piscina: 'execute',
  'p-queue': 'dataset',
};
/** Files at the top of src that any folder may import. */
const FOR_ALL = ['errors', 'package-root'];

interface Import {
  readonly from: string;
  readonly specifier: string;
}

const src = join(packageRoot, 'src');

function importsOfSource(): Import[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((from) => {
    const text = readFileSync(join(src, from), 'utf8');
    return [...text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)';/gms)].map(([, specifier]) => ({
      from,
      specifier,
    }));
  });
}

const folderOf = (file: string) => (file.includes('/') ? file.split('/')[0] : '');

describe('the structure of src', () => {
  const imports = importsOfSource();

  it('has arrows in one direction only', () => {
    assert.ok(imports.length > 100, `only ${imports.length} imports read`);
    const wrong = imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ from, specifier }) => ({
        from,
        to: relative(src, join(src, dirname(from), specifier)).replace('.js', ''),
      }))
      .filter(({ from, to }) => {
        const [fromFolder, toFolder] = [folderOf(from), folderOf(to)];
        // the public library at the top of src may put anything together
        if (fromFolder === '' || fromFolder === toFolder) return false;
        return toFolder === '' ? !FOR_ALL.includes(to) : !ALLOWED[fromFolder]?.includes(toFolder);
      })
      .map(({ from, to }) => `${from} -> ${to}`);
    assert.deepEqual(wrong, []);
  });

  it('lets the rules themselves form no circle', () => {
    const order = Object.keys(ALLOWED);
    for (const [folder, allowed] of Object.entries(ALLOWED)) {
      for (const other of allowed) assert.ok(!ALLOWED[other].includes(folder), `${folder} and ${other}`);
      assert.ok(order.includes(folder));
    }
  });

  it('keeps each foreign package in one folder', () => {
    const wrong = imports
      .filter(({ from, specifier }) => specifier in ONLY_IN && folderOf(from) !== ONLY_IN[specifier])
      .map(({ from, specifier }) => `${from} -> ${specifier}`);
    assert.deepEqual(wrong, []);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutputNames } from '../../../src/dataset/plan/output-names.js';

function outputNamesOf(names: readonly string[], outputs = new OutputNames()): string[] {
  for (const name of names) outputs.count(name);
  return names.map((name) => outputs.next(name));
}

describe('OutputNames', () => {
  const cases: [why: string, names: string[], outputs: string[]][] = [
    ['drops extensions', ['a.jpg', 'b/c.tar.png'], ['a', 'b/c.tar']],
    ['keeps both extensions where names would meet', ['a.jpg', 'a.png', 'b.png'], ['a.jpg', 'a.png', 'b']],
    ['tells folders apart', ['x/a.jpg', 'y/a.jpg'], ['x/a', 'y/a']],
    ['numbers what two inputs name alike', ['a.jpg', 'a.jpg', 'a.jpg'], ['a.jpg', 'a.jpg.2', 'a.jpg.3']],
    ['takes a leading dot as part of the name', ['.hidden', 'b/.hidden'], ['.hidden', 'b/.hidden']],
    ['leaves dots of folders alone', ['v1.2/photo'], ['v1.2/photo']],
  ];
  for (const [why, names, outputs] of cases) it(why, () => assert.deepEqual(outputNamesOf(names), outputs));
});

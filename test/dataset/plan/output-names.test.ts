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

  it('finds the few names that meet among many', () => {
    const names = Array.from({ length: 60_000 }, (_, i) => `photos/${i % 100}/${i}.jpg`);
    names.push('photos/5/7.jpg', 'photos/42/59942.png', 'photos/7/7.gif');
    const outputs = outputNamesOf(names);
    const others = outputs.filter((output, i) => output !== names[i].slice(0, -4));
    assert.deepEqual(others, ['photos/7/7.jpg', 'photos/42/59942.jpg', 'photos/42/59942.png', 'photos/7/7.gif']);
    assert.equal(new Set(outputs).size, names.length);
  });

  it('keeps away from a name that is kept for another', () => {
    const outputs = new OutputNames();
    outputs.reserve('a');
    outputs.reserve('a.2');
    assert.deepEqual(outputNamesOf(['a.jpg', 'b.jpg'], outputs), ['a.3', 'b']);
  });

  it('gives no name twice where one with its extension is that of another without', () => {
    const names = ['a.jpg.png', 'a.jpg', 'a.gif'];
    assert.deepEqual(outputNamesOf(names), ['a.jpg', 'a.jpg.2', 'a.gif']);
    assert.deepEqual(outputNamesOf(names.toReversed()), ['a.gif', 'a.jpg', 'a.jpg.2']);
  });

  it('gives the same names from the first image on, without a trace', () => {
    const outputs = new OutputNames({ dots: false });
    const names = ['a.jpg', 'a.jpg', 'b.c.png', 'd.png'];
    for (const name of names) outputs.count(name);
    outputs.endCount();
    outputs.reserve('d');
    const expected = ['a_jpg', 'a_jpg_2', 'b_c', 'd_2'];
    for (const asked of [outputs.fromTheFirst(), outputs.fromTheFirst(), outputs]) {
      assert.ok(asked.dependOnOrder);
      assert.deepEqual(
        names.map((name) => asked.next(name)),
        expected,
      );
    }
  });
});

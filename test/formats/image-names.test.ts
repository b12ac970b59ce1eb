import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ImageIndex } from '../../src/formats/image-names.js';

function indexOf(...names: string[]): ImageIndex<string> {
  const index = new ImageIndex<string>();
  for (const name of names) assert.ok(index.add(name, `prompts of ${name}`));
  return index;
}

describe('names of images in prompt files', () => {
  it('finds an image whose path ends with the entry, or the other way round', () => {
    const index = indexOf('val/a.jpg', 'b.jpg', './c/d.jpg', '..\\imgs\\e.jpg');
    assert.equal(index.find('a.jpg'), 'prompts of val/a.jpg');
    assert.equal(index.find('data/val/a.jpg'), 'prompts of val/a.jpg');
    assert.equal(index.find('x/y/b.jpg'), 'prompts of b.jpg');
    assert.equal(index.find('c/d.jpg'), 'prompts of ./c/d.jpg');
    assert.equal(index.find('imgs/e.jpg'), 'prompts of ..\\imgs\\e.jpg');
  });

  it('takes no image for another', () => {
    const index = indexOf('val/a.jpg');
    assert.equal(index.find('train/a.jpg'), undefined);
    assert.equal(index.find('aa.jpg'), undefined);
    assert.equal(index.find('a.png'), undefined);
  });

  it('refuses to guess between two, and takes the exact one', () => {
    const index = indexOf('train/a.jpg', 'val/a.jpg', 'b.jpg', 'val/b.jpg');
    assert.throws(() => index.find('a.jpg'), {
      code: 'bad-prompt',
      message: 'Expected one entry for the image a.jpg among the prompts but received train/a.jpg and val/a.jpg',
    });
    assert.equal(index.find('b.jpg'), 'prompts of b.jpg');
    assert.equal(index.find('val/a.jpg'), 'prompts of val/a.jpg');
  });
});

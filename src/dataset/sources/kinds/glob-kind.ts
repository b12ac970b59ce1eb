import picomatch from 'picomatch';
import { refusalOf } from '../../plan/planned-image.js';
import type { NameFilter } from '../name-filter.js';
import type { Search, SourceKind } from '../source-kind.js';
import { imagesBelow } from './folder-kind.js';

async function* imagesOfGlob(input: string, search: Search) {
  const { base, glob } = picomatch.scan(input);
  const { filter } = search;
  const matches = picomatch(glob);
  const wantsHidden = /(^|\/)\./.test(glob);
  const globbed: NameFilter = {
    takes: (name) => matches(name) && (wantsHidden || filter.takes(name)),
    enters: (folder) => wantsHidden || filter.enters(folder),
    opens: (archive) => matches(archive) && (wantsHidden || filter.opens(archive)),
    inArchives: filter,
  };
  for await (const batch of imagesBelow(base === '' ? '.' : base, '', { ...search, filter: globbed })) {
    // a folder that cannot be read is no match
    yield batch.filter((image) => refusalOf(image) === undefined || matches(image.name));
  }
}

/** Globs that a shell did not resolve: files and archives that match, below the part without wildcards. */
export function globKind(): SourceKind {
  return {
    // a file may be called so
    takes: ({ text, missing }) => missing !== undefined && picomatch.scan(text).isGlob,
    images: ({ text }, search) => imagesOfGlob(text, search),
  };
}

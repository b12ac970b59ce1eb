import { archiveKind } from './kinds/archive-kind.js';
import { fileKind } from './kinds/file-kind.js';
import { folderKind } from './kinds/folder-kind.js';
import { globKind } from './kinds/glob-kind.js';
import { s3Kind } from './kinds/s3-kind.js';
import { urlKind } from './kinds/url-kind.js';
import type { SourceKind } from './source-kind.js';

/** Every kind of source there is. An input belongs to the first that takes it. */
const KINDS: readonly (() => SourceKind)[] = [urlKind, folderKind, archiveKind, s3Kind, fileKind, globKind];

/** All kinds of source, for one run. */
export function sourceKinds(): SourceKind[] {
  return KINDS.map((kind) => kind());
}

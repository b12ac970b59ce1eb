import { refusedImage } from '../../plan/planned-image.js';
import { downloadedBytes } from '../download.js';
import { safeNameOf, safeNameOfUrl } from '../safe-name.js';
import type { SourceKind } from '../source-kind.js';

const KIND = 'url';

function isUrl(text: string): boolean {
  // a million paths: look at one letter first
  return (text.charCodeAt(0) | 0x20) === 0x68 && /^https?:\/\//i.test(text);
}

function imageAt(url: string) {
  try {
    return { kind: KIND, path: url, name: safeNameOfUrl(url) };
  } catch {
    return refusedImage({ path: url, name: safeNameOf(url) }, 'download-failed', `Expected a URL but received ${url}`);
  }
}

/** Images on web servers, by http or https. */
export function urlKind(): SourceKind {
  return {
    takes: ({ text }) => isUrl(text),
    images: ({ text }, { seen }) => (seen.add(text) ? [imageAt(text)] : []),
    opener: { kind: KIND, open: ({ path }, options) => downloadedBytes(path, options?.timeoutSeconds) },
  };
}

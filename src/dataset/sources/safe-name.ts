const [SLASH, BACKSLASH, COLON, DOT] = [0x2f, 0x5c, 0x3a, 0x2e];

/**
 * Whether a path from some index on is made of parts alone that mean themselves: no empty ones, no `.` or `..`, no drive and no
 * backslash. Most lines of a list are, and need no second look.
 */
export function isPlainPath(path: string, from = 0): boolean {
  let partStart = from;
  for (let i = from; i < path.length; i++) {
    const unit = path.charCodeAt(i);
    if (unit === BACKSLASH || unit === COLON || unit === 0) return false;
    if (unit !== SLASH) continue;
    if (!isPlainPart(path, partStart, i)) return false;
    partStart = i + 1;
  }
  return isPlainPart(path, partStart, path.length);
}

function isPlainPart(path: string, start: number, end: number): boolean {
  if (end === start) return false;
  if (path.charCodeAt(start) !== DOT) return true;
  return !(end === start + 1 || (end === start + 2 && path.charCodeAt(start + 1) === DOT));
}

/**
 * A name for results that stays below their folder: a path without drive, root, empty parts, `.` and `..`.
 *
 * @param path - Such as a line of a list, `/data/a.jpg` or `../b.jpg`.
 * @returns such as `data/a.jpg` or `b.jpg`; `unnamed` when nothing is left.
 */
export function safeNameOf(path: string): string {
  const root = path.charCodeAt(0) === SLASH ? 1 : 0;
  if (isPlainPath(path, root)) return root === 0 ? path : path.slice(1);
  const parts = path.replace(/^[a-z]:/i, '').split(/[/\\]/);
  const name = parts.filter((part) => part !== '' && part !== '.' && part !== '..').join('/');
  return name.replaceAll('\0', '\uFFFD') || 'unnamed';
}

/** A name for the results of a URL: its host and path, `example.org/a/b.jpg`. */
export function safeNameOfUrl(url: string): string {
  const { host, pathname } = new URL(url);
  const decoded = pathname.split('/').map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return safeNameOf(`${host.replace(':', '_')}/${decoded.join('/')}`);
}

/** A name for the results of an s3:// address: its bucket and key, `bucket/a/b.jpg`. */
export function safeNameOfS3(address: string): string {
  return safeNameOf(address.slice('s3://'.length));
}

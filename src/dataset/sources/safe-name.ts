/**
 * A name for results that stays below their folder: a path without drive, root, empty parts, `.` and `..`.
 *
 * @param path - Such as a line of a list, `/data/a.jpg` or `../b.jpg`.
 * @returns such as `data/a.jpg` or `b.jpg`; `unnamed` when nothing is left.
 */
export function safeNameOf(path: string): string {
  // most paths of a long list need no second look
  if (!/^\/|\\|:|\0|(^|\/)\.{0,2}(\/|$)/.test(path)) return path;
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

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DATA_NAMES, REPORT_FILES, scriptFileOf } from '../data/file-names.js';

/** A page that `scripts/build-page.js` bundled. */
type BundledFile = 'view.js' | 'comparison.js' | 'report.css';

/** The text of a bundled file: they lie where this one is compiled to. */
export function bundledText(file: BundledFile): Promise<string> {
  return readFile(new URL(`../page/${file}`, import.meta.url), 'utf8');
}

/**
 * The page of a report in a folder. Its policy lets nothing run but the report's own files: should a name ever get into the page as
 * HTML, it could not run script.
 *
 * @param title - Any text.
 */
export function folderPageOf(title: string): string {
  const policy = `default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file: data:`;
  return pageOf(title, policy, [
    `<link rel="stylesheet" href="${REPORT_FILES.style}">`,
    `<script src="${REPORT_FILES.script}" defer></script>`,
    `<script src="${scriptFileOf(DATA_NAMES.head)}" defer></script>`,
  ]);
}

/**
 * A page that is one file.
 *
 * @param title - Any text.
 * @param scripts - In their order; a script that data are in is one of `scriptTextOf`.
 */
export function onePageOf(title: string, style: string, scripts: readonly string[]): string {
  const hashes = (texts: readonly string[]) => texts.map((text) => `'${hashOf(text)}'`).join(' ');
  const closed = scripts.map((text) => text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--'));
  const policy = `default-src 'none'; script-src ${hashes(closed)}; style-src ${hashes([style])}; img-src data:`;
  return pageOf(
    title,
    policy,
    [`<style>${style}</style>`],
    closed.map((text) => `<script>${text}</script>`),
  );
}

function pageOf(title: string, policy: string, head: readonly string[], foot: readonly string[] = []): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="data:,">',
    `<title>${escaped(title)}</title>`,
    ...head,
    '</head>',
    '<body>',
    '<div id="report"><noscript>This report needs JavaScript, which this browser does not run.</noscript></div>',
    ...foot,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

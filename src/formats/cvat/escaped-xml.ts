/** What XML 1.0 cannot hold, even escaped: control characters, and halves of a character. */
const IMPOSSIBLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/**
 * A text as the value of an XML attribute. Line ends and tabs are escaped too: a parser would make spaces of them. Characters that XML
 * has no way to write become U+FFFD.
 */
export function escapedXml(text: string): string {
  return text.replace(IMPOSSIBLE, '\ufffd').replace(/[&<>"'\t\n\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

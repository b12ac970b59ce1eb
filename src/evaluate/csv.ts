/** Lines of CSV (RFC 4180): a line of names and one for each record; empty cells for null. */
export function csvOf<Name extends string>(
  names: readonly Name[],
  records: readonly Readonly<Record<Name, string | number | null>>[],
): string {
  const lines = records.map((record) => names.map((name) => cellOf(record[name])).join(','));
  return [names.join(','), ...lines, ''].join('\r\n');
}

function cellOf(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

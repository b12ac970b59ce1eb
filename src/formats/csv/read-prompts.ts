/**
 * Prompts as a table: a header, then a row for each point or box. Rows of one image with the same `id` are one object.
 *
 * @module
 */

import type { NamedPrompts, PromptedObject } from '../../sam/image-prompts.js';
import { badPrompt } from '../bad-prompt.js';

const COLUMNS = [
  'file_name',
  'id',
  'x',
  'y',
  'label',
  'x0',
  'y0',
  'x1',
  'y1',
  'category',
  'category_id',
  'score',
] as const;

type Column = (typeof COLUMNS)[number];

interface Row {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Rows of RFC 4180: fields in quotes may hold commas, quotes (doubled) and line breaks. */
function rowsOf(text: string, file: string): Row[] {
  const rows: Row[] = [];
  let fields: string[] = [];
  let line = 1;
  let rowLine = 1;
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  const from = text.startsWith('\ufeff') ? 1 : 0;
  for (let at = from; at < text.length; ) {
    field.lastIndex = at;
    const found = field.exec(text);
    if (!found) throw badPrompt(file, line, 'Expected a field in quotes to end before the next comma');
    const [whole, quoted, plain, end] = found;
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    line += whole.split('\n').length - 1;
    at = field.lastIndex;
    if (end === ',' && at < text.length) continue;
    if (end === ',') fields.push('');
    if (fields.some((value) => value !== '')) rows.push({ line: rowLine, fields });
    fields = [];
    rowLine = line;
  }
  return rows;
}

function columnsOf(header: Row | undefined, file: string): Map<Column, number> {
  if (!header)
    throw badPrompt(file, 1, `Expected a header with the columns ${COLUMNS.join(', ')} but the file is empty`);
  const columns = new Map<Column, number>();
  for (const [i, name] of header.fields.entries()) {
    if (!COLUMNS.includes(name as Column)) {
      throw badPrompt(file, header.line, `Expected columns among ${COLUMNS.join(', ')} but received "${name}"`);
    }
    if (columns.has(name as Column))
      throw badPrompt(file, header.line, `Expected each column once but received ${name} twice`);
    columns.set(name as Column, i);
  }
  if (!columns.has('file_name')) throw badPrompt(file, header.line, 'Expected a column file_name but received none');
  return columns;
}

/** A table's row by the names of its columns. */
class NamedRow {
  constructor(
    readonly row: Row,
    readonly columns: ReadonlyMap<Column, number>,
    readonly file: string,
  ) {}

  text(column: Column): string | undefined {
    const index = this.columns.get(column);
    const value = index === undefined ? '' : (this.row.fields[index] ?? '');
    return value === '' ? undefined : value;
  }

  number(column: Column): number | undefined {
    const text = this.text(column);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!Number.isFinite(value)) throw this.wrong(column, 'a finite number', text);
    return value;
  }

  /** Numbers that are given together or not at all. */
  numbers<N extends readonly Column[]>(...columns: N): { [K in keyof N]: number } | undefined {
    const values = columns.map((column) => this.number(column));
    if (values.every((value) => value === undefined)) return undefined;
    const missing = columns[values.indexOf(undefined)];
    if (missing !== undefined)
      throw this.wrong(missing, `a number beside the rest of ${columns.join(', ')}`, 'nothing');
    return values as { [K in keyof N]: number };
  }

  wrong(column: Column, expected: string, received: string) {
    const shown = received === 'nothing' ? received : `"${received}"`;
    return badPrompt(this.file, this.row.line, `Expected ${expected} for ${column} but received ${shown}`);
  }
}

type OpenObject = { -readonly [K in keyof PromptedObject]: PromptedObject[K] } & {
  points: [number, number][];
  labels: number[];
};

/**
 * The images of a table.
 *
 * @throws SamError `bad-prompt` with line and column.
 */
export function promptsOfCsv(text: string, file: string, isRelative: boolean): NamedPrompts[] {
  const [header, ...rows] = rowsOf(text, file);
  const columns = columnsOf(header, file);
  const images = new Map<string, Map<string, OpenObject>>();
  for (const row of rows) {
    const named = new NamedRow(row, columns, file);
    if (row.fields.length > header.fields.length) {
      throw badPrompt(
        file,
        row.line,
        `Expected ${header.fields.length} fields, as in the header, but received ${row.fields.length}`,
      );
    }
    const name = named.text('file_name');
    if (name === undefined) throw named.wrong('file_name', 'the name of an image', 'nothing');
    const objects = images.get(name) ?? new Map<string, OpenObject>();
    images.set(name, objects);
    addRow(objects, named);
  }
  return [...images].map(([name, objects]) => {
    const list = [...objects.values()].map(({ points, labels, ...rest }) =>
      points.length > 0 ? { ...rest, points, labels } : rest,
    );
    return [name, { objects: list, isRelative }];
  });
}

function addRow(objects: Map<string, OpenObject>, row: NamedRow): void {
  const id = row.text('id');
  // rows without an id are objects of their own: a space cannot end an id
  const key = id ?? `${objects.size + 1} `;
  const object: OpenObject = objects.get(key) ?? {
    id: id === undefined ? objects.size + 1 : /^\d{1,15}$/.test(id) ? Number(id) : id,
    isNamed: id !== undefined,
    points: [],
    labels: [],
  };
  objects.set(key, object);
  const point = row.numbers('x', 'y');
  const label = row.number('label');
  if (label !== undefined && label !== 0 && label !== 1)
    throw row.wrong('label', '1 (object) or 0 (background)', `${label}`);
  if (point) {
    object.points.push([...point]);
    object.labels.push(label ?? 1);
  } else if (label !== undefined) throw row.wrong('x', 'a point beside its label', 'nothing');
  const box = row.numbers('x0', 'y0', 'x1', 'y1');
  if (box && object.box) throw row.wrong('x0', `one box for object ${object.id}`, 'another');
  if (box) object.box = [...box];
  const category = row.text('category');
  if (category !== undefined) object.category = category;
  const categoryId = row.number('category_id');
  if (categoryId !== undefined && !Number.isInteger(categoryId)) {
    throw row.wrong('category_id', 'an integer', `${categoryId}`);
  }
  if (categoryId !== undefined) object.categoryId = categoryId;
  const score = row.number('score');
  if (score !== undefined) object.score = score;
}

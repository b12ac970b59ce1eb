/**
 * Points and rectangles of LabelMe (https://github.com/wkentaro/labelme) and X-AnyLabeling, a JSON file an image. Shapes of one
 * `group_id` are one object, as far as they can be; other kinds of shapes are skipped, by name.
 *
 * @module
 */

import type { ImagePrompts, PromptedObject, SkippedPrompt } from '../../sam/image-prompts.js';
import { badField, checkedJson, type JsonSource } from '../json/parsed-json.js';
import type { JsonSchema } from '../json/schema.js';

interface Shape {
  readonly label: string;
  readonly points: readonly (readonly [number, number])[];
  readonly shape_type?: string;
  readonly group_id?: number | string | null;
  readonly score?: number | null;
}

interface LabelmeFile {
  readonly shapes: readonly Shape[];
  readonly imagePath?: string;
  readonly imageWidth?: number | null;
  readonly imageHeight?: number | null;
}

const SIDE: JsonSchema = { type: ['integer', 'null'], minimum: 1 };

const SCHEMA: JsonSchema = {
  type: 'object',
  required: ['shapes'],
  properties: {
    imagePath: { type: 'string' },
    imageWidth: SIDE,
    imageHeight: SIDE,
    shapes: {
      type: 'array',
      items: {
        type: 'object',
        required: ['label', 'points'],
        properties: {
          label: { type: 'string' },
          points: {
            type: 'array',
            items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
          },
          shape_type: { type: 'string' },
          group_id: { type: ['integer', 'string', 'null'] },
          score: { type: ['number', 'null'] },
        },
      },
    },
  },
};

/** Labels that X-AnyLabeling gives points meant for a model: the object, and what is not the object. */
const MARKS: Readonly<Record<string, number>> = { AUTOLABEL_ADD: 1, AUTOLABEL_REMOVE: 0 };

/**
 * The prompts of a LabelMe file. An object's id is the place of its first shape, from 1.
 *
 * @throws SamError `bad-prompt` with line and field.
 */
export function promptsOfLabelme(source: JsonSource, value: unknown): { imagePath?: string; prompts: ImagePrompts } {
  const file = checkedJson<LabelmeFile>(source, value, SCHEMA);
  const objects: PromptedObject[] = [];
  const skipped: SkippedPrompt[] = [];
  const groups = new Map<string, number>();
  for (const [i, shape] of file.shapes.entries()) {
    const found = objectOfShape(source, shape, i);
    if (typeof found === 'string') {
      skipped.push({ id: i + 1, reason: found });
      continue;
    }
    const group = groupOf(shape);
    const earlier = group === undefined ? undefined : groups.get(group);
    if (earlier !== undefined && canJoin(objects[earlier], found)) {
      objects[earlier] = joined(objects[earlier], found);
    } else {
      if (group !== undefined && earlier === undefined) groups.set(group, objects.length);
      objects.push(found);
    }
  }
  const { imagePath, imageWidth, imageHeight } = file;
  const prompts: ImagePrompts = {
    objects,
    skipped,
    isRelative: false,
    ...(imageWidth && { width: imageWidth }),
    ...(imageHeight && { height: imageHeight }),
  };
  return { ...(imagePath !== undefined && { imagePath }), prompts };
}

/** What a shape belongs to: its group; X-AnyLabeling's marks without one make one object together. */
function groupOf({ label, group_id }: Shape): string | undefined {
  if (group_id !== null && group_id !== undefined) return `${group_id}`;
  return Object.hasOwn(MARKS, label) ? 'marks' : undefined;
}

/** Whether two shapes of a group can be one prompt: not two rectangles, not two classes. */
function canJoin(a: PromptedObject, b: PromptedObject): boolean {
  const isOneClass = a.category === undefined || b.category === undefined || a.category === b.category;
  return isOneClass && !(a.box && b.box);
}

/** The object of a point or rectangle, or why a shape is none. */
function objectOfShape(source: JsonSource, shape: Shape, index: number): PromptedObject | string {
  const { label, points, score, shape_type: type = 'polygon' } = shape;
  const mark = Object.hasOwn(MARKS, label) ? MARKS[label] : undefined;
  const common = {
    id: index + 1,
    isNamed: false,
    ...(mark === undefined && { category: label }),
    ...(typeof score === 'number' && { score }),
  };
  if (type === 'point') {
    if (points.length !== 1) throw badField(source, ['shapes', index, 'points'], '1 point', `${points.length}`);
    return { ...common, points, labels: [mark ?? 1] };
  }
  if (type !== 'rectangle') return `a ${type} is no prompt: points and rectangles are`;
  // LabelMe writes two opposite corners, in any order; X-AnyLabeling since 2.4 all four
  if (points.length !== 2 && points.length !== 4) {
    throw badField(source, ['shapes', index, 'points'], '2 or 4 corners', `${points.length}`);
  }
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { ...common, box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] };
}

function joined(a: PromptedObject, b: PromptedObject): PromptedObject {
  const points = [...(a.points ?? []), ...(b.points ?? [])];
  const labels = [...(a.labels ?? []), ...(b.labels ?? [])];
  return { ...b, ...a, ...(points.length > 0 && { points, labels }) };
}

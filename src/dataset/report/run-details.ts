import type { DetailGroup } from '../../report/data/report-data.js';
import { hyphenatedName } from '../../sam/setting-names.js';
import type { AreaLimit, MaskFilter } from '../export/mask-filter.js';
import type { Manifest } from '../run-folder/manifest.js';

type Row = readonly [name: string, value: string];

/** Commands that a report shows: a run of months may have been started often. */
const SHOWN_STARTS = 20;

/** What made a run what it is, as tables. */
export function runDetailsOf(manifest: Manifest, folder: string, filter: MaskFilter): DetailGroup[] {
  const { job, tool, model, settings, output, shard, inputs, starts, merged_from } = manifest;
  const images = inputs.reduce((sum, { count }) => sum + count, 0);
  const filters = filterRowsOf(filter);
  return [
    {
      title: 'Run',
      rows: [
        ['Folder', folder],
        ['Command', job],
        ['Version', `${tool.name} ${tool.version}`],
        ['Images planned', `${images}`],
        ...(shard.count > 1 ? [['Shard', `${shard.index + 1} of ${shard.count}`] as const] : []),
        ...(merged_from ? [['Merged from', merged_from.join('\n')] as const] : []),
      ],
    },
    ...(filters.length > 0 ? [{ title: 'Masks of this report', rows: filters }] : []),
    { title: 'Model', rows: rowsOf(model) },
    { title: 'Settings', rows: rowsOf(settings) },
    { title: 'Results', rows: rowsOf(output) },
    { title: 'Starts', rows: starts.slice(-SHOWN_STARTS).map(({ at, command }) => [at, command.join(' ')]) },
  ];
}

function rowsOf(group: Readonly<Record<string, unknown>>): Row[] {
  return Object.entries(group).map(([name, value]) => [
    hyphenatedName(name),
    typeof value === 'string' ? value : value === null ? 'none' : JSON.stringify(value),
  ]);
}

function filterRowsOf(filter: MaskFilter): Row[] {
  const { minPredictedIou, minStabilityScore, minArea, maxArea, top, categories = [] } = filter;
  const rows: (readonly [string, string | number | undefined])[] = [
    ['Least predicted IoU', minPredictedIou],
    ['Least stability', minStabilityScore],
    ['Least area', limitInWords(minArea)],
    ['Greatest area', limitInWords(maxArea)],
    ['Best of each image', top],
    ['Classes', categories.length > 0 ? categories.join(', ') : undefined],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`] as const]));
}

function limitInWords(limit: AreaLimit | undefined): string | undefined {
  if (limit === undefined) return undefined;
  return 'pixels' in limit ? `${limit.pixels} pixels` : `${100 * limit.share} %`;
}

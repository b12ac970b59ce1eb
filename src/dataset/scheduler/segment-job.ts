import type { PromptedMaskRecord } from '../../formats/sa1b/file.js';
import type { PromptedObject } from '../../sam/image-prompts.js';
import { answerablePrompts } from '../../segment/answerable-prompts.js';
import type { RlePrompt } from '../../segment/rle-prompt.js';
import type { SegmentedMask, SegmentSettings } from '../../segment/segment-image.js';
import type { PromptSet } from '../prompts/prompt-set.js';
import type { ImageJob } from './job.js';

/** What {@link segmentJob} needs to know. */
export interface SegmentJobOptions {
  readonly prompts: PromptSet;
  /** What tells these prompts from others, for the run's manifest. */
  readonly promptsIdentity: Readonly<Record<string, unknown>>;
  readonly settings: SegmentSettings;
  /** Told the name of each image that the prompts do not name. */
  readonly onUnprompted?: (name: string) => void;
}

const NO_TIME = { encode: 0, decode: 0, select: 0, finish: 0 };

/** The masks of each image's prompts. An image without prompts gets an empty record, and no model is asked. */
export function segmentJob({ prompts, promptsIdentity, settings, onUnprompted }: SegmentJobOptions): ImageJob {
  return {
    name: 'segment',
    settings: { ...settings, prompts: promptsIdentity },
    async run({ planned, image }, { pool, timeoutSeconds, ...tools }) {
      const given = await prompts.promptsOf(planned.name);
      if (!given) onUnprompted?.(planned.name);
      const { asked, skipped } = given ? answerablePrompts(given, image) : { asked: [], skipped: [] };
      if (asked.length === 0)
        return { records: [], timings: NO_TIME, skipped, ...(tools.overlay && { overlay: image }) };
      const { records, ...rest } = await pool.segment({
        image,
        prompts: asked.map(rlePromptOf),
        settings,
        ...tools,
        ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      });
      return { ...rest, skipped, records: records.map((mask) => recordOf(mask, asked[mask.prompt], settings)) };
    },
  };
}

function rlePromptOf({ points, labels, box, mask }: PromptedObject): RlePrompt {
  return { ...(points && { points }), ...(labels && { labels }), ...(box && { box }), ...(mask && { mask }) };
}

function recordOf(found: SegmentedMask, object: PromptedObject, { multimask }: SegmentSettings): PromptedMaskRecord {
  const { prompt: _, mask, ...record } = found;
  const { id, points, labels, box, mask: drawn, categoryId, category, score } = object;
  return {
    ...record,
    prompt_id: id,
    prompt: {
      ...(points && { points, labels: labels ?? points.map(() => 1) }),
      ...(box && { box }),
      ...(drawn && { mask: true }),
    },
    ...(multimask === true && { mask_index: mask }),
    ...(categoryId !== undefined && { category_id: categoryId }),
    ...(category !== undefined && { category }),
    ...(score !== undefined && { score }),
  };
}

import type { MaskRecord } from '../../sam/mask-record.js';
import { answerablePrompts } from '../../segment/answerable-prompts.js';
import type { SegmentSettings } from '../../segment/segment-image.js';
import type { PromptSet } from '../prompts/prompt-set.js';
import type { ImageJob } from './job.js';

/** A mask of an image with the prompt that it answers. */
export interface PromptedMaskRecord extends MaskRecord {
  /** The prompt's id in its file, or its place in the image. */
  readonly prompt_id: number | string;
  /** What was asked, in pixels of the image. */
  readonly prompt: {
    readonly points?: readonly (readonly [x: number, y: number])[];
    readonly labels?: readonly number[];
    /** x0, y0, x1, y1, cut at the image's edges. */
    readonly box?: readonly [x0: number, y0: number, x1: number, y1: number];
    /** Whether a mask was given too. */
    readonly mask?: true;
  };
  /** Which of the three masks it is, with `--multimask`. */
  readonly mask_index?: number;
  readonly category_id?: number;
  readonly category?: string;
  /** The prompt's, such as a detector's confidence. */
  readonly score?: number;
}

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
      const made = await pool.segment({
        image,
        prompts: asked,
        settings,
        ...tools,
        ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      });
      return { ...made, skipped };
    },
  };
}

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AreaLimit, MaskFilter } from '../dataset/export/mask-filter.js';
import { collected, numberIn } from './parse.js';

/** The options that choose masks, as commander parses them. */
export interface MaskFilterOptions {
  readonly minPredictedIou?: number;
  readonly minStability?: number;
  readonly minArea?: AreaLimit;
  readonly maxArea?: AreaLimit;
  readonly top?: number;
  readonly category: readonly string[];
}

/** "100" is pixels, "2.5%" a share of the image. */
function areaLimitOf(text: string): AreaLimit {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim()) ?? [];
  if (digits === undefined || (percent && Number(digits) > 100)) {
    throw new InvalidArgumentError(`Expected pixels such as 100 or a share such as 2.5% but received "${text}".`);
  }
  return percent ? { share: Number(digits) / 100 } : { pixels: Number(digits) };
}

/** Adds the options that choose masks of a run. */
export function addMaskFilterOptions(command: Command): Command {
  const add = (option: Option) => command.addOption(option.helpGroup('Which masks:'));
  const share = numberIn({ integer: false, min: 0, max: 10 });
  add(new Option('--min-predicted-iou <x>', 'of this predicted IoU or more').argParser(share));
  add(new Option('--min-stability <x>', 'of this stability score or more').argParser(share));
  add(
    new Option('--min-area <n>', 'of so many pixels or more, or such a share of the image: 2%').argParser(areaLimitOf),
  );
  add(new Option('--max-area <n>', 'of so many pixels or fewer, or such a share').argParser(areaLimitOf));
  add(
    new Option('--top <n>', 'so many of each image, those of the highest predicted IoU').argParser(
      numberIn({ integer: true, min: 1, max: 1e9 }),
    ),
  );
  add(
    new Option('--category <name>', 'of this class, by its name or number; may be repeated')
      .argParser(collected)
      .default([], 'all'),
  );
  return command;
}

/** The masks that the options choose. */
export function maskFilterOf(options: MaskFilterOptions): MaskFilter {
  const { minPredictedIou, minStability, minArea, maxArea, top, category } = options;
  return {
    ...(minPredictedIou !== undefined && { minPredictedIou }),
    ...(minStability !== undefined && { minStabilityScore: minStability }),
    ...(minArea && { minArea }),
    ...(maxArea && { maxArea }),
    ...(top !== undefined && { top }),
    categories: category,
  };
}

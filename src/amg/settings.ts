import { checkedSettings, type SettingRule } from '../sam/setting-rules.js';
import { unitPointGridsFromLists } from './points/explicit-grids.js';
import { unitPointGridsByLayer } from './points/unit-grids.js';

/** Explicit points, one list a crop layer: [x, y] pairs as fractions of the crop's width and height. */
export type PointGridLists = readonly (readonly (readonly [x: number, y: number])[])[];

/**
 * Settings of automatic mask generation. The first thirteen are those of Meta's `SamAutomaticMaskGenerator`
 * (segment-anything, commit dca509f) in camelCase; the others add what its successor, the paper and users ask for, and
 * do nothing by default.
 */
export interface GeneratorSettings {
  /** Points along one side of the grid; the whole grid has pointsPerSide². 1 to 1024. @default 32 */
  readonly pointsPerSide: number;
  /**
   * Points that go through the decoder together, at most. The masks do not depend on it. 1 to 1024. @default 64
   */
  readonly pointsPerBatch: number;
  /** Keep masks whose predicted IoU is above this (strictly); 0 keeps all. 0 to 1. @default 0.88 */
  readonly predIouThresh: number;
  /** Keep masks whose stability score is at least this. 0 to 1. @default 0.95 */
  readonly stabilityScoreThresh: number;
  /** Shift of the cutoff, in logits, when the stability score is computed. 0 or more. @default 1 */
  readonly stabilityScoreOffset: number;
  /** Masks of a crop that overlap a better one by more than this IoU are duplicates. 0 to 1. @default 0.7 */
  readonly boxNmsThresh: number;
  /** Layers of crops beyond the whole image; layer i has 2^i crops a side. 0 to 6. @default 0 */
  readonly cropNLayers: number;
  /** Masks that overlap one from a smaller crop by more than this IoU are duplicates. 0 to 1. @default 0.7 */
  readonly cropNmsThresh: number;
  /**
   * Overlap of crops as a fraction of the image's short side in layer 1, halved with every further layer. 0 to 1.
   *
   * @default 512 / 1500
   */
  readonly cropOverlapRatio: number;
  /** Layer i asks floor(pointsPerSide / factor^i) points a side. An integer of 1 or more. @default 1 */
  readonly cropNPointsDownscaleFactor: number;
  /** Points to ask instead of regular grids; pointsPerSide and the downscale factor then count for nothing. @default null */
  readonly pointGrids: PointGridLists | null;
  /** Holes and islands of fewer pixels than this are removed from each mask; see `smallRegions`. 0 or more. @default 0 */
  readonly minMaskRegionArea: number;
  /**
   * How small regions are removed.
   * - `reference`: holes, then islands; the largest island always stays; then duplicates are removed once more, untouched
   *   masks winning over touched ones (`postprocess_small_regions`).
   * - `paper`: islands, then holes; a mask whose largest island is small is dropped whole; nothing after that
   *   (appendix B of the SAM paper).
   *
   * @default 'reference'
   */
  readonly smallRegions: 'reference' | 'paper';
  /** Masks that cover this share of the image or more are dropped; null keeps them. 0 to 1. @default null */
  readonly maxMaskCoverage: number | null;
  /**
   * Feed each mask back to the model once, with its point, and go on with the single mask it answers (`use_m2m` of SAM
   * 2's generator). Asks the decoder four times as much, and those questions cost more. @default false
   */
  readonly useM2m: boolean;
  /** What overlap of duplicates means: IoU of their boxes, as in the reference, or of the masks themselves. @default 'box' */
  readonly nms: 'box' | 'mask';
  /**
   * Gives each pixel that several masks claim to one of them, the one of fewer pixels or of higher predicted IoU, so that
   * the masks partition what they cover. @default 'none'
   */
  readonly nonOverlapping: 'none' | 'smaller' | 'higher-scored';
  /**
   * Points that an image is asked about, at most, all its crops together; null asks the whole grids. Those that look least alike
   * to the image encoder are asked. With crops about so many: each gets its share, rounded, and at least one. 1 or more. @default null
   */
  readonly pointsBudget: number | null;
  /**
   * Which masks are the better ones.
   * - `predicted-iou`: those that the model rates higher, as in the reference.
   * - `agreement`: predicted IoU, stability and the number of points that agree on a mask, together; `scoreThresh` says how many are
   *   kept.
   *
   * @default 'predicted-iou'
   */
  readonly ranking: 'predicted-iou' | 'agreement';
  /** With the ranking `agreement`: weight of the number of points that agree, as an exponent. 0 to 10. @default 0.2 */
  readonly votesExponent: number;
  /** With the ranking `agreement`: weight of the stability score, as an exponent. 0 to 10. @default 1 */
  readonly stabilityExponent: number;
  /**
   * With the ranking `agreement`: the k-th mask of a crop is kept while its score, divided by k^0.2, is at least this. 0 keeps all. 0 or
   * more. @default 0
   */
  readonly scoreThresh: number;
}

/** Defaults of Meta's generator. */
export const REFERENCE_SETTINGS: GeneratorSettings = {
  pointsPerSide: 32,
  pointsPerBatch: 64,
  predIouThresh: 0.88,
  stabilityScoreThresh: 0.95,
  stabilityScoreOffset: 1,
  boxNmsThresh: 0.7,
  cropNLayers: 0,
  cropNmsThresh: 0.7,
  cropOverlapRatio: 512 / 1500,
  cropNPointsDownscaleFactor: 1,
  pointGrids: null,
  minMaskRegionArea: 0,
  smallRegions: 'reference',
  maxMaskCoverage: null,
  useM2m: false,
  nms: 'box',
  nonOverlapping: 'none',
  pointsBudget: null,
  ranking: 'predicted-iou',
  votesExponent: 0.2,
  stabilityExponent: 1,
  scoreThresh: 0,
};

const fraction = { kind: 'number', integer: false, min: 0, max: 1 } as const;

/** What each setting of {@link GeneratorSettings} may be. */
export const SETTING_RULES = {
  pointsPerSide: { kind: 'number', integer: true, min: 1, max: 1024 },
  pointsPerBatch: { kind: 'number', integer: true, min: 1, max: 1024 },
  predIouThresh: fraction,
  stabilityScoreThresh: fraction,
  stabilityScoreOffset: { kind: 'number', integer: false, min: 0, max: Number.MAX_VALUE },
  boxNmsThresh: fraction,
  cropNLayers: { kind: 'number', integer: true, min: 0, max: 6 },
  cropNmsThresh: fraction,
  cropOverlapRatio: fraction,
  cropNPointsDownscaleFactor: { kind: 'number', integer: true, min: 1, max: 1024 },
  pointGrids: { kind: 'point-grids' },
  minMaskRegionArea: { kind: 'number', integer: true, min: 0, max: Number.MAX_VALUE },
  smallRegions: { kind: 'choice', choices: ['reference', 'paper'] },
  maxMaskCoverage: { ...fraction, orNone: true },
  useM2m: { kind: 'flag' },
  nms: { kind: 'choice', choices: ['box', 'mask'] },
  nonOverlapping: { kind: 'choice', choices: ['none', 'smaller', 'higher-scored'] },
  pointsBudget: { kind: 'number', integer: true, min: 1, max: 1e9, orNone: true },
  ranking: { kind: 'choice', choices: ['predicted-iou', 'agreement'] },
  votesExponent: { kind: 'number', integer: false, min: 0, max: 10 },
  stabilityExponent: { kind: 'number', integer: false, min: 0, max: 10 },
  scoreThresh: { kind: 'number', integer: false, min: 0, max: Number.MAX_VALUE },
} as const satisfies Readonly<Record<keyof GeneratorSettings, SettingRule>>;

/** Every setting's name, in the order of {@link GeneratorSettings}. */
export const SETTING_NAMES = Object.keys(SETTING_RULES) as readonly (keyof GeneratorSettings)[];

/**
 * The reference's defaults with the given settings on top.
 *
 * @throws SamError `bad-usage` for an unknown name or a value out of range, `bad-point-grid` for a crop layer without points
 * or malformed grids.
 */
export function resolveSettings(settings: Partial<GeneratorSettings> = {}): GeneratorSettings {
  const complete = { ...REFERENCE_SETTINGS, ...checkedSettings(settings, SETTING_RULES) };
  // refuses grids that cannot be asked, now rather than at the first image
  unitGridsOfSettings(complete);
  return complete;
}

/**
 * The unit grid of every crop layer: the explicit ones, or regular ones.
 *
 * @returns cropNLayers + 1 grids of flat x, y pairs
 * @throws SamError `bad-point-grid`
 */
export function unitGridsOfSettings(settings: GeneratorSettings): Float64Array[] {
  const { pointGrids, pointsPerSide, cropNLayers, cropNPointsDownscaleFactor } = settings;
  if (pointGrids !== null) return unitPointGridsFromLists(pointGrids, cropNLayers);
  return unitPointGridsByLayer(pointsPerSide, cropNLayers, cropNPointsDownscaleFactor);
}

/** Models that people ask for, whose public exports cannot be used here, and why: what is said to whoever names one. */
const UNUSABLE_MODELS: readonly (readonly [name: RegExp, why: string])[] = [
  [
    /^sam-?3(?!\d)/i,
    'SAM 3 takes words itself, and no export of it can be used here yet: docs/text.md says which there are, and why. For words, --text and --labels work with every model.',
  ],
  [/^(sam-?hq|hq-?sam)/i, 'No export of SAM-HQ can be used here yet: docs/models.md says why.'],
];

/** Why a model of that name cannot be used here; undefined where nothing is known of it. */
export function whyUnusable(name: string): string | undefined {
  return UNUSABLE_MODELS.find(([pattern]) => pattern.test(name))?.[1];
}

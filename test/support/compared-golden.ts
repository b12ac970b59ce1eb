import { fileURLToPath } from 'node:url';
import type { GeneratorSettings } from '../../src/amg/settings.js';
import { AutomaticMaskGenerator } from '../../src/library/automatic-mask-generator.js';
import type { SamModel } from '../../src/model/runtime/load-model.js';
import type { MaskRecord } from '../../src/sam/mask-record.js';
import { camelCaseName } from '../../src/sam/setting-names.js';
import { fixtureUrl, readJsonFixture } from './fixture.js';
import type { GoldenMask } from './golden-agreement.js';

interface Golden {
  readonly image: string;
  /** What differs from the reference's defaults, by the reference's names. */
  readonly settings: Readonly<Record<string, number | boolean>>;
  readonly annotations: readonly GoldenMask[];
}

/** The masks of a golden file, and what we make of its image with its settings. */
export async function comparedWithGolden(
  model: SamModel,
  name: string,
): Promise<{ readonly theirs: readonly GoldenMask[]; readonly ours: readonly MaskRecord[] }> {
  const golden = readJsonFixture<Golden>(`goldens/${name}.json`);
  const settings: Partial<GeneratorSettings> = Object.fromEntries(
    Object.entries(golden.settings).map(([key, value]) => [camelCaseName(key), value]),
  );
  const image = fileURLToPath(fixtureUrl(`images/${golden.image}`));
  const ours = await new AutomaticMaskGenerator(model, { preset: 'reference', ...settings }).generate(image);
  return { theirs: golden.annotations, ours };
}

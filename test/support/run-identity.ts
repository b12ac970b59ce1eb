import { WHOLE } from '../../src/dataset/plan/shard.js';
import type { RunIdentity } from '../../src/dataset/run-folder/manifest.js';

/** Of a run without a model, for tests of its folder. */
export const RUN_IDENTITY: RunIdentity = {
  job: 'fake',
  model: { name: 'none', encoder_sha256: '', decoder_sha256: '' },
  settings: {},
  output: { format: 'json' },
  shard: WHOLE,
};

import type { GeneratorSettings } from '../../amg/settings.js';
import type { ImageJob } from './job.js';

/** All masks of each image. */
export function everythingJob(settings: GeneratorSettings): ImageJob {
  return {
    name: 'everything',
    settings: { ...settings },
    run: ({ image }, { pool, timeoutSeconds, ...tools }) =>
      pool.generate({ image, settings, ...tools, ...(timeoutSeconds !== undefined && { timeoutSeconds }) }),
  };
}

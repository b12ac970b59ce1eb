import type { ExecutorInfo } from '../../execute/executor.js';
import type { Job } from '../../execute/job.js';
import { catalogueEntryNamed } from '../../model/catalogue/catalogue.js';
import { sumOf, waySumOf } from '../../model/catalogue/model-sum.js';
import type { OpenedPrompts } from '../prompts/prompt-set.js';
import type { RunIdentity } from '../run-folder/manifest.js';
import { wordsIdentityOf } from '../run-folder/words-identity.js';

/**
 * The model of a run, for its manifest. The usual form of the decoder and the usual device are not written: runs of earlier versions
 * know nothing of them.
 *
 * @param loaded - How the model runs.
 * @throws SamError `bad-usage` for a model that there is not.
 */
export function modelIdentityOf(job: Job, loaded: ExecutorInfo): RunIdentity['model'] {
  const { decoderForm, device = 'cpu', decoderDevice = device } = loaded;
  const entry = catalogueEntryNamed(job.model);
  const { name, encoder, decoder } = entry;
  const way = waySumOf(entry);
  return {
    name,
    encoder_sha256: sumOf(encoder),
    decoder_sha256: sumOf(decoder),
    ...(way !== undefined && { way_sha256: way }),
    ...(decoderForm === 'as-exported' && { decoder_form: decoderForm }),
    ...(device !== 'cpu' && { device }),
    ...(decoderDevice !== device && { decoder_device: decoderDevice }),
  };
}

/** How a model runs as far as it is known before it is loaded: on a device that was named, and for the rest as in the earlier start. */
export function expectedOf({ device }: Job, earlier: RunIdentity['model'] | undefined): ExecutorInfo {
  const {
    decoder_form: decoderForm = 'compiled',
    device: before = 'cpu',
    decoder_device: decoderDevice = before,
  } = earlier ?? {};
  if (device === undefined || device === 'auto') return { decoderForm, device: before, decoderDevice };
  return { decoderForm, device };
}

/**
 * Every setting that the records of a job depend on, for the manifest.
 *
 * @param prompts - Those of the job, opened.
 * @throws SamError `bad-usage` for an image-text model that there is not, `bad-model` for one that was not downloaded.
 */
export function settingsIdentityOf(job: Job, prompts: OpenedPrompts | undefined): RunIdentity['settings'] {
  return {
    ...job.settings,
    ...(job.kind === 'segment' && prompts && { prompts: prompts.identity }),
    ...(job.kind !== 'edges' && job.words && { words: wordsIdentityOf(job.words) }),
    // another type of embeddings gives other masks; where they lie does not matter
    ...(job.embeddings && { embeddings: job.embeddings.type }),
  };
}

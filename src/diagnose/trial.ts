import { REFERENCE_SETTINGS } from '../amg/settings.js';
import { messageOf, SamError } from '../errors.js';
import type { EverythingJob } from '../execute/job.js';
import { ThreadExecutor } from '../execute/thread-executor.js';
import { decodeImage } from '../image/decode-image.js';
import { imageFileOf } from '../image/encode-image.js';
import { maskIouAbove, measuredMask } from '../mask/runs/mask-iou.js';
import type { DecoderForm } from '../model/runtime/decoder.js';
import type { Device } from '../model/runtime/device.js';
import { discImage, discMask } from './disc-image.js';

/** What became of the trial image. */
export interface TrialReport {
  /** Whether a mask was found that is nearly the disc. */
  readonly ok: boolean;
  readonly model: string;
  /** The device that was asked for; a notice says where `auto` ends at the cpu. */
  readonly device: Device;
  readonly decoder_form?: DecoderForm;
  /** Seconds until the model was ready, and for the image. */
  readonly load_seconds?: number;
  readonly image_seconds?: number;
  readonly masks?: number;
  /** IoU of the best mask with the disc that the image shows. */
  readonly best_iou?: number;
  /** What the model said of itself while it was loaded. */
  readonly notices: readonly string[];
  /** Why it could not be done. */
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

const SIZE = { width: 320, height: 240, radius: 70 };
/** A mask that is less like the disc is none of it. */
const ENOUGH_IOU = 0.9;

/**
 * Takes an image through everything a run does with one: decoding, the model in a worker thread, masks, duplicates.
 *
 * @param model - A name of the catalogue.
 * @param device - Where it runs.
 */
export async function trialOf(model: string, device: Device): Promise<TrialReport> {
  const notices: string[] = [];
  const job: EverythingJob = {
    kind: 'everything',
    model,
    device,
    settings: { ...REFERENCE_SETTINGS, pointsPerSide: 4, predIouThresh: 0, stabilityScoreThresh: 0.5 },
  };
  const executor = new ThreadExecutor({ job, workers: 1, onNotice: (message) => notices.push(message) });
  try {
    const start = performance.now();
    const { decoderForm } = await executor.ready();
    const ready = performance.now();
    const image = await decodeImage(await imageFileOf(discImage(SIZE), 'png'));
    const { masks } = await executor.answer({ image });
    const end = performance.now();
    const disc = measuredMask(discMask(SIZE));
    const bestIou = Math.max(0, ...masks.map((mask) => maskIouAbove(mask, disc, 0)));
    return {
      ok: bestIou >= ENOUGH_IOU,
      model,
      device,
      decoder_form: decoderForm,
      load_seconds: (ready - start) / 1000,
      image_seconds: (end - ready) / 1000,
      masks: masks.length,
      best_iou: bestIou,
      notices,
    };
  } catch (error) {
    const known = error instanceof SamError ? error : undefined;
    const { code = 'internal-error', hint } = known ?? {};
    return {
      ok: false,
      model,
      device,
      notices,
      error: { code, message: messageOf(error), ...(hint !== undefined && { hint }) },
    };
  } finally {
    await executor.close();
  }
}

import type { Executor, ExecutorInfo, ImageAnswer, ImageTask, TaskOptions } from '../../src/execute/executor.js';
import { boxXyxyInclusiveOfMaskRuns } from '../../src/mask/runs/mask-extent.js';
import { maskRuns } from '../../src/mask/runs/mask-runs.js';

/** What a {@link ToyExecutor} does otherwise than at once and well. */
export interface ToyExecutorOptions {
  readonly concurrency?: number;
  readonly ready?: () => Promise<ExecutorInfo>;
  /** Waited for before an image is answered. */
  readonly before?: (task: ImageTask, options: TaskOptions) => Promise<void> | void;
}

/** An executor without a model or a thread: one mask an image, of as many pixels as its first level says. */
export class ToyExecutor implements Executor {
  readonly concurrency: number;
  readonly threads = 1;
  readonly #options: ToyExecutorOptions;
  isClosed = false;

  constructor(options: ToyExecutorOptions = {}) {
    this.concurrency = options.concurrency ?? 1;
    this.#options = options;
  }

  async ready(): Promise<ExecutorInfo> {
    return this.#options.ready?.() ?? { decoderForm: 'compiled' };
  }

  async answer(task: ImageTask, options: TaskOptions = {}): Promise<ImageAnswer> {
    await this.#options.before?.(task, options);
    const { data, width, height } = task.image;
    const area = Math.min(data[0], width * height);
    const mask = maskRuns(width, height, [0, area, width * height - area]);
    return {
      masks: [
        {
          mask,
          area,
          boxXyxy: boxXyxyInclusiveOfMaskRuns(mask),
          predictedIou: 1,
          stabilityScore: 1,
          pointsXy: [[0, 0]],
          cropXyxy: [0, 0, width, height],
        },
      ],
      prompts: 1,
      seconds: { encode: 0, decode: 0, select: 0, finish: 0 },
      ...(task.overlay && { overlay: task.image }),
    };
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

import type { PromptedObject, SkippedPrompt } from '../../sam/image-prompts.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { answerablePrompts } from '../../segment/answerable-prompts.js';
import type { PromptSet } from '../prompts/prompt-set.js';

/** What is asked of an image. */
export interface AskedOfImage {
  /** In pixels; undefined where the job takes no prompts. */
  readonly prompts?: readonly PromptedObject[];
  /** Prompts that cannot be asked of it. */
  readonly skipped: readonly SkippedPrompt[];
}

/** Looks up what is asked of each image of a run. */
export class ImagePrompter {
  readonly #prompts: PromptSet | undefined;
  #unprompted = 0;

  /** @param prompts - undefined for jobs that take none. */
  constructor(prompts: PromptSet | undefined) {
    this.#prompts = prompts;
  }

  /** Images looked up so far that the prompts do not name. */
  get unprompted(): number {
    return this.#unprompted;
  }

  /** @throws SamError `bad-prompt` when the image's prompts are malformed or made for another size. */
  async askedOf(name: string, image: RgbImage): Promise<AskedOfImage> {
    if (!this.#prompts) return { skipped: [] };
    const given = await this.#prompts.promptsOf(name);
    if (!given) {
      this.#unprompted++;
      return { prompts: [], skipped: [] };
    }
    const { asked, skipped } = answerablePrompts(given, image);
    return { prompts: asked, skipped };
  }
}

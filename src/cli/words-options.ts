import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { messageOf, SamError } from '../errors.js';
import type { Words } from '../execute/job.js';
import { labelsOfText } from '../formats/label-list/read-labels.js';
import { DEFAULT_IMAGE_TEXT_MODEL } from '../model/catalogue/catalogue.js';
import type { Label } from '../sam/mask-label.js';
import {
  checkedWords,
  labelOfText,
  SURROUNDINGS,
  type Surroundings,
  WORDS_DEFAULTS,
  WORDS_RULES,
  type WordsSettings,
} from '../words/words-request.js';
import { numberIn } from './parse.js';

/** The options that name masks by words, as commander parses them. */
export interface WordsOptions {
  readonly text: readonly string[];
  readonly labels?: string;
  readonly textModel?: string;
  readonly textThreshold?: number;
  readonly textTemplate?: readonly string[];
  readonly textBackground?: string;
  readonly textSurroundings?: Surroundings;
  readonly top?: number;
}

/** The sentence that names of a file are put in; whoever writes a text writes the whole of it. */
const LABEL_TEMPLATE = 'a photo of a {}';

const collected = (text: string, earlier: readonly string[] = []) => [...earlier, text];

/** Adds what names masks by words. @param kept - What a command does with masks that show none of the words. */
export function addWordsOptions(command: Command, kept: 'left out' | 'kept, without a category'): void {
  const words = (option: Option) => command.addOption(option.helpGroup('Words (docs/text.md):'));
  words(
    new Option('--text <words>', `masks that show this, such as "a red mug"; may be repeated; others are ${kept}`)
      .argParser(collected)
      .default([], 'none'),
  );
  words(new Option('--labels <file>', `names for masks, one a line, or a COCO dataset’s; others are ${kept}`));
  words(
    new Option(
      '--text-model <name>',
      `image-text model of the catalogue, once pulled (default: "${DEFAULT_IMAGE_TEXT_MODEL}")`,
    ),
  );
  words(
    new Option('--text-threshold <number>', 'score that a name needs at least, 0 to 1 (default: 0)').argParser(
      numberIn(WORDS_RULES.threshold),
    ),
  );
  words(
    new Option(
      '--text-template <sentence>',
      `sentence with {} in the place of the words; may be repeated (default: "{}" for --text, "${LABEL_TEMPLATE}" for --labels)`,
    ).argParser(collected),
  );
  words(
    new Option(
      '--text-background <words>',
      `what is none of the names, between commas: a mask that is more like it has no name; none for nothing (default: "${WORDS_DEFAULTS.background.join(',')}")`,
    ),
  );
  words(
    new Option(
      '--text-surroundings <way>',
      `what the model sees around a mask: blurred, dimmed, or as it is (default: "${WORDS_DEFAULTS.surroundings}")`,
    ).choices(SURROUNDINGS),
  );
  words(
    new Option('--top <number>', 'masks of each name in an image, at most: the best (default: all)').argParser(
      numberIn(WORDS_RULES.top),
    ),
  );
}

/**
 * The words that the options give; undefined when they give none.
 *
 * @throws SamError `bad-usage` for options that do not go together or a file that cannot be read, `bad-prompt` for one that is no list of labels.
 */
export async function wordsOf(options: WordsOptions, onlyLabelled: boolean): Promise<Words | undefined> {
  const { text, labels: path, textModel = DEFAULT_IMAGE_TEXT_MODEL } = options;
  if (text.length > 0 && path !== undefined) {
    throw new SamError('bad-usage', 'Expected either --text or --labels but received both');
  }
  if (text.length === 0 && path === undefined) {
    refuseWithout(options);
    return undefined;
  }
  const labels = path === undefined ? text.map((each, i) => labelOfText(each, i + 1)) : await labelsOfFile(path);
  const usual = path === undefined ? WORDS_DEFAULTS.templates : [LABEL_TEMPLATE];
  const request = checkedWords({
    ...WORDS_DEFAULTS,
    ...settingsOf(options),
    labels,
    templates: options.textTemplate ?? usual,
    onlyLabelled,
  });
  return { model: textModel, request };
}

/** Settings of words that no words are given for were meant for some. */
function refuseWithout(options: WordsOptions): void {
  const { textModel, textThreshold, textTemplate, textBackground, textSurroundings, top } = options;
  const given = [textModel, textThreshold, textTemplate, textBackground, textSurroundings, top];
  if (given.every((value) => value === undefined)) return;
  throw new SamError('bad-usage', 'Expected --text or --labels beside their settings but received neither');
}

function settingsOf({ textThreshold, textBackground, textSurroundings, top }: WordsOptions): Partial<WordsSettings> {
  return {
    ...(textThreshold !== undefined && { threshold: textThreshold }),
    ...(textBackground !== undefined && { background: backgroundOf(textBackground) }),
    ...(textSurroundings && { surroundings: textSurroundings }),
    ...(top !== undefined && { top }),
  };
}

function backgroundOf(text: string): string[] {
  if (text === 'none') return [];
  const words = text.split(',').map((each) => each.trim());
  if (!words.includes('')) return words;
  throw new SamError('bad-usage', `Expected words between commas for --text-background but received "${text}"`);
}

async function labelsOfFile(path: string): Promise<Label[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SamError('bad-usage', `Expected labels in ${path} but could not read it: ${messageOf(error)}`);
  });
  return labelsOfText({ text, file: path });
}

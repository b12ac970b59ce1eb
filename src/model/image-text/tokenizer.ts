import { readFile } from 'node:fs/promises';
import { Tokenizer } from '@huggingface/tokenizers';
import { messageOf, SamError } from '../../errors.js';

/** Texts as numbers of a vocabulary. */
export interface TokenizedTexts {
  /** [texts, tokens], filled up with the padding token. */
  readonly ids: BigInt64Array;
  /** [texts, tokens]: 1 where a token is part of the text. */
  readonly mask: BigInt64Array;
}

/** Makes tokens of texts. */
export type Tokenize = (texts: readonly string[]) => TokenizedTexts;

/** What `tokenizer_config.json` says of the padding token: its text, or a record with it. */
type TokenName = string | { readonly content?: string } | null | undefined;

/**
 * The tokenizer of a model, from the two files that the hub's libraries write.
 *
 * Texts are filled up to `length` tokens, and longer ones are cut, as transformers does with `padding="max_length"` and `truncation=True`: the last
 * token, which ends a text, stays.
 *
 * @throws SamError `bad-model` for files that are no tokenizer.
 */
export async function loadTokenizer(tokenizerPath: string, configPath: string, length: number): Promise<Tokenize> {
  try {
    const [json, config] = await Promise.all([tokenizerPath, configPath].map(jsonOf));
    const tokenizer = new Tokenizer(json, config);
    const padding = paddingIdOf(tokenizer, json, config);
    return (texts) => tokenized(texts, length, padding, (text) => tokenizer.encode(text).ids);
  } catch (error) {
    throw new SamError(
      'bad-model',
      `Expected a tokenizer in ${tokenizerPath} and ${configPath} but could not use it: ${messageOf(error)}`,
    );
  }
}

async function jsonOf(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8'));
}

function paddingIdOf(
  tokenizer: Tokenizer,
  { padding }: Record<string, unknown>,
  { pad_token }: Record<string, unknown>,
): number {
  const token = pad_token as TokenName;
  const name = typeof token === 'string' ? token : token?.content;
  const known = name === undefined ? undefined : tokenizer.token_to_id(name);
  const id = known ?? (padding as { readonly pad_id?: number } | null | undefined)?.pad_id;
  if (id === undefined) throw new Error('it names no padding token');
  return id;
}

function tokenized(
  texts: readonly string[],
  length: number,
  padding: number,
  idsOf: (text: string) => readonly number[],
): TokenizedTexts {
  const ids = new BigInt64Array(texts.length * length).fill(BigInt(padding));
  const mask = new BigInt64Array(ids.length);
  for (const [i, text] of texts.entries()) {
    const all = idsOf(text);
    const kept = all.length <= length ? all : [...all.slice(0, length - 1), all[all.length - 1]];
    for (const [k, id] of kept.entries()) {
      ids[i * length + k] = BigInt(id);
      mask[i * length + k] = 1n;
    }
  }
  return { ids, mask };
}

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { loadImageTextModel } from '../../src/model/image-text/load-image-text-model.js';
import { loadTokenizer } from '../../src/model/image-text/tokenizer.js';
import { modelBytes, readModel } from '../../src/model/onnx/model-bytes.js';
import { sumOfFile } from '../../src/storage/sum-of-file.js';
import { smallImageTextEntry } from '../support/small-image-text.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('an image-text model', () => {
  /** A folder for files, and for the notes of which of them were checked. */
  async function ownCache(context: TestContext): Promise<string> {
    const folder = await temporaryFolder(context);
    process.env.SAM_CLI_CACHE_DIR = folder;
    context.after(() => {
      delete process.env.SAM_CLI_CACHE_DIR;
    });
    return folder;
  }

  it('may have a graph of texts that wants to know where they end', async (context) => {
    const folder = await ownCache(context);
    const entry = await smallImageTextEntry(folder, 'clip');
    const model = readModel(await readFile(entry.files.text.path));
    const [input] = model.graph.input;
    model.graph.input.push({ ...input, name: 'attention_mask' });
    const path = join(folder, 'text.onnx');
    await writeFile(path, modelBytes(model));
    const text = { path, ...(await sumOfFile(path)) };
    const texts = ['a red mug', 'a spoon'];
    const vectors = await loadImageTextModel(entry, { threads: 1 }).embedTexts(texts);
    const masked = loadImageTextModel({ ...entry, files: { ...entry.files, text } }, { threads: 1 });
    assert.deepEqual(await masked.embedTexts(texts), vectors);
  });

  it('is refused with graphs that have other tensors, or files that are no tokenizer', async (context) => {
    const folder = await ownCache(context);
    const entry = await smallImageTextEntry(folder, 'clip');
    const { vision, text } = entry.files;
    const swapped = loadImageTextModel({ ...entry, files: { ...entry.files, text: vision } }, { threads: 1 });
    await assert.rejects(swapped.embedTexts(['a']), {
      code: 'bad-model',
      message: /^Expected a graph from input_ids to text_embeds in .* but found pixel_values to image_embeds$/,
    });
    assert.throws(() => loadImageTextModel({ ...entry, contract: 'blip' }, { threads: 1 }), {
      code: 'bad-model',
      message: 'Expected a family of image-text models (clip, siglip) but received blip',
    });
    await assert.rejects(loadTokenizer(text.path, entry.files.tokenizerConfig.path, 77), {
      code: 'bad-model',
      message: /^Expected a tokenizer in .* but could not use it: /,
    });
  });
});

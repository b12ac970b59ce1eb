import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspectModelFile } from '../../../src/model/catalogue/model-file.js';
import { ownModelEntry } from '../../../src/model/catalogue/own-model.js';
import { familyMatches } from '../../../src/model/contracts/find-contract.js';
import transformersJs from '../../../src/model/contracts/transformers-js.js';
import { modelBytes, readModel } from '../../../src/model/onnx/model-bytes.js';
import { exportPath, PLAIN_EXPORTS } from '../../support/plain-exports.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('the family of an export', () => {
  it('is one alone for each pair of an encoder and a decoder', async () => {
    for (const { contract: name, encoder, decoder } of PLAIN_EXPORTS) {
      const fitting = async (file: string, role: 'encoder' | 'decoder') => {
        const { signature } = await inspectModelFile(exportPath(file));
        const matches = familyMatches(signature, [role]).filter(({ lacks }) => lacks.length === 0);
        return matches.map(({ contract }) => contract.name);
      };
      const ofDecoder = await fitting(decoder, 'decoder');
      const both = (await fitting(encoder, 'encoder')).filter((each) => ofDecoder.includes(each));
      assert.deepEqual(both, [name]);
    }
  });

  it('wants the positions of an encoder for transformers.js, which its decoder is fed', async (context) => {
    const model = readModel(await readFile(exportPath('exports/transformers_js_encoder.onnx')));
    model.graph.output = model.graph.output.filter(({ name }) => name !== 'image_positional_embeddings');
    const encoder = join(await temporaryFolder(context), 'encoder.onnx');
    await writeFile(encoder, modelBytes(model));
    await assert.rejects(ownModelEntry(encoder, exportPath('decoders/transformers_js.onnx')), {
      code: 'bad-model',
      message:
        /the encoder is of SAM 1 as Meta exports it .* and the decoder of SAM 1 as exported for transformers\.js/,
    });
    // a catalogue may name the family all the same
    const output = { type: 'float32', dims: [1, 1, 1, 1], data: Float32Array.of(0) } as const;
    assert.throws(() => transformersJs.encoder.embeddingOf({ image_embeddings: output }, ['image_embeddings']), {
      code: 'bad-model',
      message: 'Expected image_positional_embeddings of the image encoder but it returns image_embeddings',
    });
  });
});

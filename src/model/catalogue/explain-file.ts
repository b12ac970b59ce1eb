import { readFile } from 'node:fs/promises';
import { messageOf } from '../../errors.js';
import { compileDecoder } from '../compile/compile-decoder.js';
import type { Contract } from '../contracts/contract.js';
import { familyMatches, type GraphRole, titleOf } from '../contracts/find-contract.js';
import { type ImageTextGraph, imageTextGraphsOf } from '../contracts/image-text.js';
import type { GraphSignature, Preprocessing, TensorSignature } from '../onnx/graph-signature.js';
import type { ModelFile } from './entry.js';
import { inspectModelFile, withExternalData } from './model-file.js';

/** A family that a file is of, or is nearest to. */
interface ExplainedFamily {
  readonly contract: string;
  readonly title: string;
  readonly role: GraphRole | ImageTextGraph['role'];
  /** Empty when the file is of that family. */
  readonly lacks: readonly string[];
}

/** What can be said of an ONNX file. */
export interface FileExplanation {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly externalBytes: number;
  readonly producer: string;
  readonly opset: number;
  readonly nodes: number;
  readonly quantised: boolean;
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  /** What the graph does to its first input; of encoders. */
  readonly preprocessing: Preprocessing;
  /** All that fit, or else the nearest. */
  readonly families: readonly ExplainedFamily[];
  /** What a decoder of a known family takes, and whether it can be compiled. */
  readonly decoder?: {
    readonly takesBoxes: boolean;
    readonly takesMasks: boolean;
    readonly compiles: boolean;
    /** Why it runs as exported. */
    readonly reason?: string;
  };
}

/**
 * Explains an ONNX file: what it is, of which family, what works with it.
 *
 * @throws SamError `bad-model` when it cannot be used at all.
 */
export async function explainFile(path: string): Promise<FileExplanation> {
  const { file, signature } = await inspectModelFile(path);
  // every encoder has one input, and no decoder has
  const matches = familyMatches(signature, [signature.inputs.length > 1 ? 'decoder' : 'encoder']);
  const fitting = matches.filter(({ lacks }) => lacks.length === 0);
  // some SAM encoders are known by no name of their tensors, so that these would pass for one
  const imageText = imageTextFamiliesOf(signature);
  const families =
    imageText.length > 0
      ? imageText
      : (fitting.length > 0 ? fitting : matches.slice(0, 1)).map(({ contract, role, lacks }) => ({
          contract: contract.name,
          title: titleOf(contract),
          role,
          lacks,
        }));
  const decoder = fitting.find(({ role }) => role === 'decoder');
  return {
    path,
    bytes: file.bytes,
    sha256: file.sha256,
    externalBytes: (file.externalData ?? []).reduce((sum, { bytes }) => sum + bytes, 0),
    ...signature,
    families,
    ...(decoder && { decoder: await decoderAbilities(decoder.contract, file) }),
  };
}

function imageTextFamiliesOf({ inputs, outputs }: GraphSignature): ExplainedFamily[] {
  const names = { inputs: inputs.map(({ name }) => name), outputs: outputs.map(({ name }) => name) };
  return imageTextGraphsOf(names).map(({ contract: { name: contract, title }, role }) => ({
    contract,
    title,
    role,
    lacks: [],
  }));
}

async function decoderAbilities({ takes, decoder }: Contract, { path, externalData }: ModelFile) {
  const { boxes, masks } = takes ?? { boxes: true, masks: true };
  const takesBoth = { takesBoxes: boxes, takesMasks: masks };
  if (!decoder.isSam1) return { ...takesBoth, compiles: false, reason: 'it is not of SAM 1’s architecture' };
  try {
    const bytes = await readFile(path);
    compileDecoder(externalData ? await withExternalData(path, bytes) : bytes);
    return { ...takesBoth, compiles: true };
  } catch (error) {
    return { ...takesBoth, compiles: false, reason: messageOf(error) };
  }
}

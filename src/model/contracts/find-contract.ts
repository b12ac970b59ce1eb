/**
 * Which family an export is of, by its tensors.
 *
 * @module
 */

import { SamError } from '../../errors.js';
import { type GraphSignature, type TensorSignature, tensorInWords } from '../onnx/graph-signature.js';
import type { Contract, KnownTensor } from './contract.js';
import { FAMILIES } from './families.js';

/** One of the two graphs of a model. */
export type GraphRole = 'encoder' | 'decoder';

/** How near a graph is to a family. */
export interface FamilyMatch {
  readonly contract: Contract;
  readonly role: GraphRole;
  /** What stands in the way, in words; nothing when it is of that family. */
  readonly lacks: readonly string[];
}

/** Inputs that exports have and nobody needs: the size of the image, and boxes beside points. */
const NEEDLESS_INPUTS = new Set(['orig_im_size', 'input_boxes']);

/** Every family in either role, nearest first. */
export function familyMatches(graph: GraphSignature, roles: readonly GraphRole[]): FamilyMatch[] {
  const matches = roles.flatMap((role) =>
    FAMILIES.map((contract) => ({
      contract,
      role,
      lacks: role === 'encoder' ? encoderLacks(contract, graph) : decoderLacks(contract, graph),
    })),
  );
  return matches.sort((a, b) => a.lacks.length - b.lacks.length);
}

/**
 * The family of an encoder and a decoder.
 *
 * @throws SamError `bad-model` that says what was found and what the nearest family lacks, when there is none for both.
 */
export function contractFor(encoder: GraphSignature, decoder: GraphSignature): Contract {
  const encoders = familyMatches(encoder, ['encoder']);
  const decoders = familyMatches(decoder, ['decoder']);
  const fits = (matches: readonly FamilyMatch[]) => matches.filter(({ lacks }) => lacks.length === 0);
  const [ofEncoder, ofDecoder] = [fits(encoders), fits(decoders)];
  if (ofDecoder.length === 0) throw unknownExport('decoder', decoder, decoders[0]);
  if (ofEncoder.length === 0) throw unknownExport('encoder', encoder, encoders[0]);
  const both = ofDecoder.find(({ contract }) => ofEncoder.some((match) => match.contract === contract));
  if (both) return both.contract;
  const titles = (matches: readonly FamilyMatch[]) => matches.map(({ contract }) => titleOf(contract)).join(' or ');
  throw new SamError(
    'bad-model',
    `Expected an encoder and a decoder of one family but the encoder is of ${titles(ofEncoder)} and the decoder of ${titles(ofDecoder)}`,
  );
}

/** A family's name in words. */
export function titleOf({ title, name }: Contract): string {
  return title ?? name;
}

function unknownExport(role: GraphRole, graph: GraphSignature, nearest: FamilyMatch): SamError {
  const words = (tensors: readonly TensorSignature[]) => tensors.map(tensorInWords).join('; ');
  return new SamError(
    'bad-model',
    `Expected the ${role} of a known family but found inputs ${words(graph.inputs)} and outputs ${words(graph.outputs)}`,
    `The nearest family is ${titleOf(nearest.contract)}, for which ${nearest.lacks.join(', ')}.`,
  );
}

function encoderLacks({ signature }: Contract, { inputs, outputs, preprocessing }: GraphSignature): string[] {
  if (!signature) return ['nothing is known'];
  const { encoderInput, encoderOutputs, normalisesInGraph } = signature;
  const lacks = inputs.length === 1 ? [] : [`one input is wanted and there are ${inputs.length}`];
  if (inputs.length > 0) lacks.push(...inputLacks(encoderInput, encoderInput.names ? inputs : inputs.slice(0, 1)));
  const missing = encoderOutputs.filter((name) => !outputs.some((output) => output.name === name));
  for (const name of missing) lacks.push(`output ${name} is missing`);
  if (encoderOutputs.length === 0 && outputs.length !== 1)
    lacks.push(`one output is wanted and there are ${outputs.length}`);
  if (normalisesInGraph && !preprocessing.normalises)
    lacks.push('the graph does not normalise pixels before its first layer');
  if (!normalisesInGraph && preprocessing.normalises) lacks.push('the graph already normalises pixels');
  return lacks;
}

function decoderLacks({ signature }: Contract, { inputs, outputs }: GraphSignature): string[] {
  if (!signature) return ['nothing is known'];
  const { decoderInputs, decoderOutputs } = signature;
  const lacks = decoderInputs.flatMap((known) => inputLacks(known, inputs));
  const names = new Set(decoderInputs.flatMap((known) => known.names ?? []));
  const strange = inputs.filter(({ name }) => !names.has(name) && !NEEDLESS_INPUTS.has(name));
  // one each, so that the family with most names in common is the nearest
  for (const { name } of strange) lacks.push(`input ${name} is unknown`);
  for (const any of decoderOutputs) {
    if (!outputs.some(({ name }) => any.includes(name))) lacks.push(`output ${any.join(' or ')} is missing`);
  }
  return lacks;
}

function inputLacks({ names, rank }: KnownTensor, inputs: readonly TensorSignature[]): string[] {
  const found = names ? inputs.find(({ name }) => names.includes(name)) : inputs[0];
  if (!found) return [`input ${names?.join(' or ')} is missing`];
  const lacks =
    found.dims.length === rank
      ? []
      : [`input ${found.name} should have ${rank} dimensions and has ${found.dims.length}`];
  // a session rounds to half floats where a graph wants them; bytes are other numbers than those given here
  if (!['float', 'float16', 'int64'].includes(found.type))
    lacks.push(`input ${found.name} should be float and is ${found.type}`);
  return lacks;
}

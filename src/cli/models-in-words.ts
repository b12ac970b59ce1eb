import type { FileExplanation } from '../model/catalogue/explain-file.js';
import type { ModelState } from '../model/catalogue/model-state.js';
import { type Preprocessing, tensorInWords } from '../model/onnx/graph-signature.js';

/** How a model stands, for a person. */
export function modelStateInWords(state: ModelState): string {
  const lines = [
    `${state.name}: ${state.description}`,
    `licence    ${state.licence}`,
    `contract   ${state.contract}`,
    `source     ${state.source}`,
  ];
  if (state.kind === 'segmentation') {
    lines.push(`thresholds ${state.calibrated ? 'calibrated' : 'of the reference: never calibrated for this model'}`);
  }
  if (state.bytes !== undefined) lines.push(`size       ${(state.bytes / 1e6).toFixed(1)} MB`);
  if (state.files) lines.push(...Object.entries(state.files).map(([role, path]) => `${role.padEnd(10)} ${path}`));
  else lines.push(`not on this machine: \`sam-cli models pull ${state.name}\` downloads it`);
  return `${lines.join('\n')}\n`;
}

/** What can be said of an ONNX file, for a person. */
export function explanationInWords(explanation: FileExplanation): string {
  const { path, bytes, externalBytes, sha256, producer, opset, nodes, quantised, families, decoder } = explanation;
  const weights = externalBytes > 0 ? ` and ${externalBytes} beside it` : '';
  const lines = [
    `${path}: ${bytes} bytes${weights}`,
    `sha256 ${sha256}`,
    `${nodes} nodes, operator set ${opset}${producer && `, made by ${producer}`}${quantised ? ', quantised' : ''}`,
    ...explanation.inputs.map((tensor) => `input  ${tensorInWords(tensor)}`),
    ...explanation.outputs.map((tensor) => `output ${tensorInWords(tensor)}`),
  ];
  for (const { role, title, contract, lacks } of families) {
    lines.push(
      lacks.length === 0
        ? `${role} of ${title} (${contract})`
        : `of no known family; nearest is the ${role} of ${title}: ${lacks.join(', ')}`,
    );
  }
  if (families.some(({ role, lacks }) => role === 'encoder' && lacks.length === 0))
    lines.push(preprocessingInWords(explanation.preprocessing));
  if (decoder) {
    lines.push(`takes points${decoder.takesBoxes ? ', boxes' : ''}${decoder.takesMasks ? ', masks' : ''}`);
    lines.push(decoder.compiles ? 'is compiled when loaded' : `runs as exported: ${decoder.reason}`);
  }
  return `${lines.join('\n')}\n`;
}

function preprocessingInWords({ normalises, pads, resizes }: Preprocessing): string {
  const done = [normalises && 'normalises', pads && 'pads', resizes && 'resizes'].filter(Boolean);
  return done.length === 0 ? 'the graph leaves preprocessing to the caller' : `the graph ${done.join(', ')} by itself`;
}

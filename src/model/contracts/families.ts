/**
 * The families that files of one's own are recognised as, in no order that matters.
 *
 * @module
 */

import type { Contract } from './contract.js';
import edgeSam from './edge-sam.js';
import efficientSam from './efficient-sam.js';
import efficientvitSam from './efficientvit-sam.js';
import official from './official.js';
import osamSam2 from './osam-sam2.js';
import samexporterSam1 from './samexporter-sam1.js';
import samexporterSam2 from './samexporter-sam2.js';
import transformersJs from './transformers-js.js';
import transformersJsSam2 from './transformers-js-sam2.js';

/** Every family with a signature. */
export const FAMILIES: readonly Contract[] = [
  official,
  samexporterSam1,
  transformersJs,
  samexporterSam2,
  transformersJsSam2,
  osamSam2,
  efficientSam,
  efficientvitSam,
  edgeSam,
];

import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { SamError } from '../errors.js';
import { DEFAULT_MODEL } from '../model/catalogue/catalogue.js';
import type { ModelReference } from '../model/catalogue/entry.js';
import { DEVICES, type Device } from '../model/runtime/device.js';

/** The options that choose a model, as commander parses them. */
export interface ModelOptions {
  readonly model: string;
  readonly encoder?: string;
  readonly decoder?: string;
  readonly device: Device;
}

/** Adds which model does the work. */
export function addModelOptions(command: Command): Command {
  const model = (option: Option) => command.addOption(option.helpGroup('Model:'));
  model(new Option('--model <name>', 'model of the catalogue; `sam-cli models list` shows all').default(DEFAULT_MODEL));
  model(new Option('--encoder <file>', 'ONNX image encoder of your own, with --decoder, in place of --model'));
  model(new Option('--decoder <file>', 'ONNX mask decoder of your own; `sam-cli models info FILE` explains any file'));
  model(deviceOption());
  return command;
}

/** The option for the device that does the work. */
export function deviceOption(): Option {
  return new Option('--device <device>', 'where the model runs; auto takes a GPU that works, or else the cpu')
    .choices(DEVICES)
    .default('cpu');
}

/**
 * The model that the options choose.
 *
 * @throws SamError `bad-usage` for one file without the other, `bad-model` for files that cannot be used.
 */
export async function modelOf({ model, encoder, decoder }: ModelOptions): Promise<ModelReference> {
  if (encoder === undefined && decoder === undefined) return model;
  if (encoder === undefined || decoder === undefined) {
    const received = encoder === undefined ? '--decoder' : '--encoder';
    throw new SamError('bad-usage', `Expected --encoder and --decoder together but received only ${received}`);
  }
  // it reads graphs, which a model of the catalogue needs not
  const { ownModelEntry } = await import('../model/catalogue/own-model.js');
  return ownModelEntry(resolve(encoder), resolve(decoder));
}

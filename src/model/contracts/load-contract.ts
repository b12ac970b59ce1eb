import { pathToFileURL } from 'node:url';
import { messageOf, SamError } from '../../errors.js';
import type { Contract } from './contract.js';

/**
 * The contract that a catalogue names. Modules are loaded by name, so that a new family is a new file and nothing else.
 *
 * @param contract - A module of this folder without its extension, or the path of another module (it ends in `.js`).
 * @throws SamError `bad-model` when there is no such module.
 */
export async function loadContract(contract: string): Promise<Contract> {
  const url = contract.endsWith('.js') ? pathToFileURL(contract) : new URL(`./${contract}.js`, import.meta.url);
  try {
    const module: { default: Contract } = await import(url.href);
    return module.default;
  } catch (error) {
    throw new SamError(
      'bad-model',
      `Expected a module that says what the model's tensors mean but could not load ${contract}: ${messageOf(error)}`,
    );
  }
}

import { SamError } from '../errors.js';

/**
 * What reading a record gives; what is wrong with it is told as a fault of the run that holds it.
 *
 * @param file - In words.
 */
export function recordProblem<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SamError)) throw error;
    throw new SamError('bad-run-folder', `Expected a record of an image in ${file}: ${error.message}`, error.hint);
  }
}

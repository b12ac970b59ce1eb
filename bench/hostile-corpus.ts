/** `npm run hostile-corpus -- FOLDER [seed]` writes the inputs that a run must survive; see test/support/hostile-corpus.ts. */
import { writeHostileCorpus } from '../test/support/hostile-corpus.js';

const [folder = 'hostile', seed = '1'] = process.argv.slice(2);
const { hostile, odd } = await writeHostileCorpus(folder, Number(seed));
process.stdout.write(`${hostile.length} hostile and ${odd.length} odd inputs in ${folder}\n`);

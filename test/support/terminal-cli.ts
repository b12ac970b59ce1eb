/*
 * The command on a terminal of so many columns, which its first argument says: a process of its own whose standard error the parent
 * reads and feeds to a {@link Terminal}. A real one is not everywhere.
 */
import { main } from '../../src/cli/main.js';

const [node, file, columns, ...words] = process.argv;
const stderr = { isTTY: true, columns: Number(columns), write: (text: string) => process.stderr.write(text) };
process.exitCode = await main([node, file, ...words], { stderr });

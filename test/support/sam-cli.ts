/*
 * The command as bin/sam-cli.js starts it, from the build of the tests: neither minds what happens to the other's.
 */
import { main } from '../../src/cli/main.js';

process.exitCode = await main(process.argv);

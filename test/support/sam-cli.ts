/*
 * The command as bin/sam-cli.js starts it, from the build of the tests: neither minds what happens to the other's.
 */
import { passOverClosedPipes } from '../../src/cli/closed-pipes.js';
import { main } from '../../src/cli/main.js';

passOverClosedPipes();
process.exitCode = await main(process.argv);

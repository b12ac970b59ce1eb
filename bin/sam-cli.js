#!/usr/bin/env node
import { passOverClosedPipes } from '../dist/cli/closed-pipes.js';
import { main } from '../dist/cli/main.js';

passOverClosedPipes();
process.exitCode = await main(process.argv);

/*
 * Runs the program that is named first with the words behind it, and says on standard error how many megabytes it took at most.
 */
const [node, , program, ...words] = process.argv;
process.argv = [node, program, ...words];
process.on('exit', () => process.stderr.write(`${Math.round(process.resourceUsage().maxRSS / 1024)}\n`));
await import(program);

/*
 * Runs the program that is named first with the words behind it, and says on standard error how many seconds of processor time it took and,
 * in the last line, how many megabytes at most.
 */
const [node, , program, ...words] = process.argv;
process.argv = [node, program, ...words];
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stderr.write(`${(userCPUTime + systemCPUTime) / 1e6}\n${Math.round(maxRSS / 1024)}\n`);
});
await import(program);

/* A process that takes a lock, says its pid on standard output and stays. Usage: node lock-holder.js LOCK */
import { FileLock } from '../../src/storage/lock.js';

await FileLock.take(process.argv[2]);
process.stdout.write(`${process.pid}\n`);
setInterval(() => undefined, 1000);

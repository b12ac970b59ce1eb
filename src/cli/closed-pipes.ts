/**
 * Lets the process go on when whoever reads its output has closed the pipe, as `| head` does: what nobody reads is not written, and a run
 * loses nothing.
 */
export function passOverClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

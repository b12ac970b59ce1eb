/** What the process answers to its caller; part of the command's contract. */
export const EXIT = {
  /** Everything asked for was done. */
  ok: 0,
  /** Some images failed, or the run could not go on (model or disk). */
  failures: 1,
  /** The command line was wrong; nothing was done. */
  usage: 2,
  /** Ctrl-C: images in flight were finished and written. */
  interrupted: 130,
} as const;

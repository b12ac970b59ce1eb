import { Command, CommanderError } from 'commander';
import { messageOf, SamError, type SamErrorCode } from '../errors.js';
import { packageVersion } from '../package-root.js';
import type { CommandContext, CommandStreams } from './command-context.js';
import { commandsFor } from './commands.js';
import { EXIT } from './exit-codes.js';
import { refuseS3Paths } from './local-paths.js';
import { shown, shownLines } from './shown.js';

/** Codes of errors that the command line caused, and not an image or the machine: another command line is the remedy. */
const USAGE_CODES: ReadonlySet<SamErrorCode> = new Set(['bad-usage', 'bad-point-grid', 'bad-prompt', 'changed-run']);

async function programWith(context: CommandContext): Promise<Command> {
  const { stdout, stderr } = context;
  const widthOf = ({ isTTY, columns }: CommandStreams['stdout']) => (isTTY && columns ? columns : 80);
  const program = new Command('sam-cli')
    .description('Every object in your photographs as a mask: Segment Anything on Node.js and an ordinary CPU.')
    .version(packageVersion)
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      // it repeats what the user typed; its help has lines of its own
      writeErr: (text) => stderr.write(text.split('\n').map(shown).join('\n')),
      getOutHelpWidth: () => widthOf(stdout),
      getErrHelpWidth: () => widthOf(stderr),
    })
    .exitOverride()
    .hook('preAction', (_, command) => refuseS3Paths(command));
  for (const add of await commandsFor(context.words)) add(program, context);
  // subcommands are made before they inherit: tell each one too
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/**
 * The command line, whole.
 *
 * @param argv - As `process.argv`: the first two entries are passed over.
 * @param streams - What stands in for those of the process.
 * @returns the exit code (see exit-codes.ts). Never throws for what a user can cause.
 */
export async function main(argv: readonly string[], streams: Partial<CommandStreams> = {}): Promise<number> {
  const { stdin = process.stdin, stdout = process.stdout, stderr = process.stderr } = streams;
  let exitCode: number = EXIT.ok;
  const finish = (code: number) => {
    exitCode = code;
  };
  try {
    const program = await programWith({ stdin, stdout, stderr, words: argv.slice(2), finish });
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    // commander has printed its own message
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof SamError)) throw error;
    stderr.write(shownLines([`sam-cli: ${messageOf(error)}`, ...(error.hint ? [error.hint] : [])]));
    return USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.failures;
  }
}

import { Command, CommanderError } from 'commander';
import { messageOf, SamError } from '../errors.js';
import { packageVersion } from '../package-root.js';
import { addEverythingCommand } from './commands/everything.js';
import { addMergeCommand } from './commands/merge.js';
import { addSegmentCommand } from './commands/segment.js';
import { addStatusCommand } from './commands/status.js';
import { EXIT } from './exit-codes.js';

/** Codes of errors that the command line caused, and not an image or the machine. */
const USAGE_CODES: ReadonlySet<string> = new Set(['bad-usage', 'bad-point-grid', 'bad-prompt', 'changed-run']);

function programWith(finish: (exitCode: number) => void): Command {
  const program = new Command('sam-cli')
    .description('Every object in your photographs as a mask: Segment Anything on Node.js and an ordinary CPU.')
    .version(packageVersion)
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  addEverythingCommand(program, finish);
  addSegmentCommand(program, finish);
  addMergeCommand(program, finish);
  addStatusCommand(program, finish);
  // subcommands are made before they inherit: tell each one too
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/**
 * The command line, whole.
 *
 * @param argv - As `process.argv`: the first two entries are passed over.
 * @returns the exit code (see exit-codes.ts). Never throws for what a user can cause.
 */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    const program = programWith((code) => {
      exitCode = code;
    });
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    // commander has printed its own message
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof SamError)) throw error;
    process.stderr.write(`sam-cli: ${messageOf(error)}\n${error.hint ? `${error.hint}\n` : ''}`);
    return USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.failures;
  }
}

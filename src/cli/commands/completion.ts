import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';

const EXAMPLES = `
Examples:
  bash (with bash-completion), in ~/.bashrc:
    source <(sam-cli completion bash)
  zsh, in ~/.zshrc:
    source <(sam-cli completion zsh)
  fish:
    sam-cli completion fish > ~/.config/fish/completions/sam-cli.fish`;

/** What the library answers a shell: complete no file names where there is something else to complete. */
const NO_FILES = 4;

/** The script that the library prints asks for no file names, whatever it is answered. */
const BASH_FILES = 'complete -o default -F __sam_cli_complete sam-cli\n';

/** Adds `completion`, and the hidden `complete` that shells ask. All other commands must be there already. */
export function addCompletionCommand(program: Command, { stdout }: CommandContext): void {
  const root = tab(program, { completionCommandName: 'completion' });
  // the library forbids file names always, but nearly all arguments here are files
  Object.defineProperty(root, 'directive', {
    configurable: true,
    get: () => (root.completions.length > 0 ? NO_FILES : 0),
    set: () => undefined,
  });
  program.commands
    .find((command) => command.name() === 'completion')
    ?.summary('complete commands and flags in a shell')
    .description('Prints a script that makes a shell complete commands, flags, their values and files.')
    .addHelpText('after', EXAMPLES)
    .hook('postAction', (_, command) => {
      if (command.args[0] === 'bash') stdout.write(BASH_FILES);
    });
}

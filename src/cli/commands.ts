import type { Command } from 'commander';
import type { CommandContext } from './command-context.js';

/** Adds a command to the program. */
export type CommandAdder = (program: Command, context: CommandContext) => void;

/** The command that knows all others: they must be there before it. */
const COMPLETION = 'completion';

/** Every command in the order of the help. Each is loaded when it is needed: all of them together take longer than most commands do. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandAdder>>> = {
  everything: async () => (await import('./commands/everything.js')).addEverythingCommand,
  segment: async () => (await import('./commands/segment.js')).addSegmentCommand,
  edges: async () => (await import('./commands/edges.js')).addEdgesCommand,
  merge: async () => (await import('./commands/merge.js')).addMergeCommand,
  status: async () => (await import('./commands/status.js')).addStatusCommand,
  export: async () => (await import('./commands/export.js')).addExportCommand,
  stats: async () => (await import('./commands/stats.js')).addStatsCommand,
  render: async () => (await import('./commands/render.js')).addRenderCommand,
  view: async () => (await import('./commands/view.js')).addViewCommand,
  compare: async () => (await import('./commands/compare.js')).addCompareCommand,
  eval: async () => (await import('./commands/eval.js')).addEvalCommand,
  calibrate: async () => (await import('./commands/calibrate.js')).addCalibrateCommand,
  doctor: async () => (await import('./commands/doctor.js')).addDoctorCommand,
  bench: async () => (await import('./commands/bench.js')).addBenchCommand,
  [COMPLETION]: async () => (await import('./commands/completion.js')).addCompletionCommand,
  models: async () => (await import('./commands/models.js')).addModelsCommand,
};

/**
 * What adds the commands that a command line may mean: the one that its first word names, or all of them.
 *
 * @param words - The command line without the program.
 */
export async function commandsFor([first]: readonly string[]): Promise<readonly CommandAdder[]> {
  const isAlone = first !== undefined && first !== COMPLETION && Object.hasOwn(COMMANDS, first);
  return Promise.all(isAlone ? [COMMANDS[first]()] : Object.values(COMMANDS).map((load) => load()));
}

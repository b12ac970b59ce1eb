import { SamError } from '../../errors.js';

/** One part of a run that is split among processes: images whose position leaves `index` when divided by `count`. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/** The whole run. */
export const WHOLE: Shard = { index: 0, count: 1 };

function shardOfText(text: string, given: string): Shard {
  const match = /^(\d{1,9})\/(\d{1,9})$/.exec(text.trim());
  const shard = match && { index: Number(match[1]), count: Number(match[2]) };
  if (!shard || shard.index >= shard.count) {
    throw new SamError(
      'bad-usage',
      `Expected i/n with i from 0 to n - 1, or auto, for --shard but received "${given}"`,
      'Shards are counted from 0: the two halves are 0/2 and 1/2.',
    );
  }
  return shard;
}

type Environment = Readonly<Record<string, string | undefined>>;

function numberIn(environment: Environment, name: string): number | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,9}$/.test(text)) {
    throw new SamError('bad-usage', `Expected a number in the variable ${name} but received "${text}"`);
  }
  return Number(text);
}

/** Slurm counts tasks from any number in any step; its count of tasks is of those that exist. */
function shardOfSlurm(environment: Environment, count: number | undefined): Shard | undefined {
  const id = numberIn(environment, 'SLURM_ARRAY_TASK_ID');
  if (id === undefined) return undefined;
  const first = numberIn(environment, 'SLURM_ARRAY_TASK_MIN') ?? 0;
  const step = numberIn(environment, 'SLURM_ARRAY_TASK_STEP') || 1;
  const tasks = count ?? numberIn(environment, 'SLURM_ARRAY_TASK_COUNT');
  return tasks === undefined ? undefined : { index: (id - first) / step, count: tasks };
}

function shardOfKubernetes(environment: Environment, count: number | undefined): Shard | undefined {
  const index = numberIn(environment, 'JOB_COMPLETION_INDEX');
  const completions = count ?? numberIn(environment, 'JOB_COMPLETIONS');
  return index === undefined || completions === undefined ? undefined : { index, count: completions };
}

/**
 * The shard that a text names: `i/n`, or `auto` (or `auto/n` where the environment does not tell how many) for what Slurm or
 * Kubernetes says in the environment: SLURM_ARRAY_TASK_ID, _COUNT, _MIN and _STEP, or JOB_COMPLETION_INDEX and JOB_COMPLETIONS.
 *
 * @throws SamError `bad-usage` when the text or the environment names none.
 */
export function shardFrom(text: string, environment: Environment): Shard {
  const auto = /^auto(?:\/(\d{1,9}))?$/.exec(text.trim());
  if (!auto) return shardOfText(text, text);
  const count = auto[1] === undefined ? undefined : Number(auto[1]);
  const shard = shardOfSlurm(environment, count) ?? shardOfKubernetes(environment, count);
  if (!shard) {
    throw new SamError(
      'bad-usage',
      'Expected SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT, or JOB_COMPLETION_INDEX and JOB_COMPLETIONS, for --shard auto',
      'Kubernetes does not tell a pod how many completions the job has: write --shard auto/n, or set JOB_COMPLETIONS in the pod template.',
    );
  }
  return shardOfText(`${shard.index}/${shard.count}`, `${text} (${shard.index}/${shard.count})`);
}

/** Whether an image belongs to a shard. */
export function isInShard(position: number, { index, count }: Shard): boolean {
  return position % count === index;
}

/** How many of so many images belong to a shard. */
export function shareOf(images: number, { index, count }: Shard): number {
  return Math.max(0, Math.ceil((images - index) / count));
}

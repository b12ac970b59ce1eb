import { messageOf, SamError } from '../../errors.js';
import type { Provider } from '../../model/runtime/device.js';
import type { Storage } from '../../storage/storage.js';
import type { PlanDigest } from '../plan/plan.js';
import type { Shard } from '../plan/shard.js';
import { RUN_FILES } from './file-names.js';

/** Layout of the manifest; another one is not read. */
const FORMAT = 1;

/** What decides the records of a run: two runs that agree in it make the same ones. */
export interface RunIdentity {
  /** What is made of each image: `everything`, `segment` or `edges`. */
  readonly job: string;
  readonly model: {
    readonly name: string;
    /** Of the graph and of the weights beside it, where there are some. */
    readonly encoder_sha256: string;
    readonly decoder_sha256: string;
    /** How the model sees images and what its tensors mean, where that is not as in SAM 1. */
    readonly way_sha256?: string;
    /** How the decoder runs, where it is not compiled: the numbers of the two forms differ in their last bits. */
    readonly decoder_form?: 'as-exported';
    /** Where the encoder ran, where that is not the cpu: their numbers differ in their last bits too. */
    readonly device?: Exclude<Provider, 'cpu'>;
    /** Where the decoder ran, where that is not where the encoder did. */
    readonly decoder_device?: Provider;
  };
  /** Every setting of the job, resolved. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** How records are written. */
  readonly output: Readonly<Record<string, unknown>>;
  readonly shard: Shard;
}

/** Images that a run folder was once asked for, and the ids they have. */
export interface PlannedInputs extends PlanDigest {
  readonly first_image_id: number;
}

/** One start of the command. */
export interface RunStart {
  readonly at: string;
  readonly version: string;
  readonly command: readonly string[];
}

/** What a run folder is. */
export interface Manifest extends RunIdentity {
  readonly format: number;
  readonly tool: { readonly name: string; readonly version: string };
  readonly inputs: readonly PlannedInputs[];
  readonly starts: readonly RunStart[];
  /** The folders that were merged to this one. */
  readonly merged_from?: readonly string[];
}

/** When a run was begun: no other run in the same place was, whatever it is made of. */
export function begunAtOf({ starts }: Pick<Manifest, 'starts'>): string {
  // files may have been edited
  return starts?.[0]?.at ?? '0';
}

/** A manifest of these parts. */
export function manifestOf(parts: Omit<Manifest, 'format' | 'tool'>, version: string): Manifest {
  const { job, model, settings, output, shard, inputs, starts, ...rest } = parts;
  const tool = { name: 'sam-cli', version };
  return { format: FORMAT, tool, job, model, settings, output, shard, inputs, starts, ...rest };
}

/**
 * The manifest of a run folder; undefined when there is none.
 *
 * @throws SamError `bad-run-folder` when it cannot be understood.
 */
export async function readManifest(storage: Storage): Promise<Manifest | undefined> {
  const bytes = await storage.read(RUN_FILES.manifest);
  if (!bytes) return undefined;
  try {
    const manifest: Manifest = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (manifest.format !== FORMAT) throw new Error(`its format is ${manifest.format}`);
    return manifest;
  } catch (error) {
    throw new SamError(
      'bad-run-folder',
      `Expected a manifest of format ${FORMAT} but could not read ${storage.locate(RUN_FILES.manifest)}: ${messageOf(error)}`,
      'Choose another output folder.',
    );
  }
}

/** Writes the manifest, whole or not at all. */
export async function writeManifest(storage: Storage, manifest: Manifest): Promise<void> {
  await storage.write(RUN_FILES.manifest, `${JSON.stringify(manifest, null, 2)}\n`);
}

/** A part in which two runs differ. */
export interface Difference {
  /** Such as `settings.pointsPerSide`. */
  readonly part: string;
  readonly before: unknown;
  readonly now: unknown;
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function differencesOf(before: unknown, now: unknown, part: string): Difference[] {
  if (isGroup(before) && isGroup(now)) {
    const names = new Set([...Object.keys(before), ...Object.keys(now)]);
    return [...names].flatMap((name) => differencesOf(before[name], now[name], part === '' ? name : `${part}.${name}`));
  }
  return JSON.stringify(before) === JSON.stringify(now) ? [] : [{ part, before, now }];
}

/** What is compared, with what a manifest leaves out because it is usual. */
function comparedPartsOf({ job, model, settings, output, shard }: RunIdentity) {
  return { job, model: { decoder_form: 'compiled', device: 'cpu', ...model }, settings, output, shard };
}

/** What decides the records, and is not the same. */
export function identityDifferences(before: RunIdentity, now: RunIdentity): Difference[] {
  return differencesOf(comparedPartsOf(before), comparedPartsOf(now), '');
}

/** Parts of a manifest that have another name than what the user gave. */
const GIVEN_AS: Readonly<Record<string, string>> = {
  'output.shard_size': '--records-per-file',
  'model.way_sha256': "the model's geometry or contract",
};

/** "settings.pointsPerSide was 32, is 16": a {@link Difference} in words. */
export function differenceInWords({ part, before, now }: Difference): string {
  const wordOf = (value: unknown) => (value === undefined ? 'not there' : JSON.stringify(value));
  return `${GIVEN_AS[part] ?? part} was ${wordOf(before)}, is ${wordOf(now)}`;
}

import type { Command } from 'commander';
import { type DoctorReport, doctorReport } from '../../diagnose/doctor.js';
import type { TrialReport } from '../../diagnose/trial.js';
import { DEFAULT_MODEL } from '../../model/catalogue/catalogue.js';
import type { Device } from '../../model/runtime/device.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-codes.js';
import { bytesInWords } from '../in-words.js';
import { deviceOption } from '../model-options.js';
import { shownLines } from '../shown.js';

const EXAMPLES = `
Examples:
  Whether this installation works, as text to paste in an issue:
    sam-cli doctor
  Whether it works on a GPU:
    sam-cli doctor --device auto
  The same for a program:
    sam-cli doctor --json

Exit codes: 0 it works, 1 it does not: the last lines say why.`;

function trialInWords({
  model,
  device,
  masks,
  best_iou,
  load_seconds,
  image_seconds,
  decoder_form,
  notices,
  error,
}: TrialReport) {
  const lines = notices.map((notice) => `notice: ${notice}`);
  if (error) {
    lines.push(`trial: FAILED with ${error.code}: ${error.message}`);
    if (error.hint) lines.push(error.hint);
    return lines;
  }
  lines.push(
    `trial: ${model} on ${device}, decoder ${decoder_form}; ready in ${load_seconds?.toFixed(1)} s, an image of 16 points in ${image_seconds?.toFixed(1)} s, ${masks} masks`,
    `trial: the best mask of a disc has an IoU of ${best_iou?.toFixed(3)} with it`,
  );
  return lines;
}

function reportInWords({ ok, versions, machine, providers, cache, disk_free, trial }: DoctorReport): string {
  const { system, cpu, cores, cpu_features, memory_total, memory_available } = machine;
  const lines = [
    `versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    `system: ${system}`,
    `processor: ${cpu}, ${cores} cores to use; ${cpu_features ? cpu_features.join(' ') : 'features not known here'}`,
    `memory: ${bytesInWords(memory_total)}, ${bytesInWords(memory_available)} to use`,
    `providers: ${providers.map(({ name, bundled }) => (bundled ? name : `${name} (not installed)`)).join(', ')}`,
    `cache: ${cache.folder}, ${cache.files} files, ${bytesInWords(cache.bytes)}${cache.writable ? '' : ', CANNOT BE WRITTEN: set SAM_CLI_CACHE_DIR'}`,
    `disk: ${bytesInWords(disk_free)} free in the working folder`,
    ...trialInWords(trial),
    ok ? 'works' : 'DOES NOT WORK',
  ];
  return shownLines(lines);
}

interface DoctorOptions {
  readonly model: string;
  readonly device: Device;
  readonly json: boolean;
}

/** Adds `doctor` to the program. */
export function addDoctorCommand(program: Command, { stdout, finish }: CommandContext): void {
  program
    .command('doctor')
    .summary('whether this installation works')
    .description(
      'Tells versions and machine, and takes a small image through the whole pipeline. Changes nothing but the cache.',
    )
    .option('--model <name>', 'model of the catalogue', DEFAULT_MODEL)
    .addOption(deviceOption())
    .option('--json', 'print it as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(async ({ model, device, json }: DoctorOptions) => {
      const report = await doctorReport(model, device);
      stdout.write(json ? `${JSON.stringify(report)}\n` : reportInWords(report));
      finish(report.ok ? EXIT.ok : EXIT.failures);
    });
}

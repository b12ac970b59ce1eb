import type { Command } from 'commander';
import { messageOf, SamError } from '../../errors.js';
import { anyModelNamed, anyModels, isHubModel } from '../../model/catalogue/catalogue.js';
import { explainFile } from '../../model/catalogue/explain-file.js';
import { pullModel } from '../../model/catalogue/hub/pull.js';
import { modelState, removeModel, verifyModel } from '../../model/catalogue/model-state.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interrupt.js';
import { explanationInWords, modelStateInWords } from '../models-in-words.js';
import { pullReporter } from '../pull-reporter.js';
import { shownLines } from '../shown.js';

const EXAMPLES = `
Examples:
  What there is, and what of it is on this machine:
    sam-cli models list
  Download one, with its licence said first; again goes on where it was cut:
    sam-cli models pull mobile-sam
  What is this file, and what works with it?
    sam-cli models info decoder.onnx
  Use it:
    sam-cli everything photos --model mobile-sam --out masks
    sam-cli everything photos --encoder encoder.onnx --decoder decoder.onnx --out masks

Downloads go to the folder that all tools of the Hugging Face hub share (HF_HUB_CACHE, HF_HOME); a token is read from HF_TOKEN, a mirror from
HF_ENDPOINT, and with HF_HUB_OFFLINE nothing is asked of the network. Nothing is downloaded by any other command.`;

interface JsonOption {
  readonly json: boolean;
}

/** Adds `models` to the program. */
export function addModelsCommand(program: Command, context: CommandContext): void {
  const models = program
    .command('models')
    .summary('list, download, check and explain models')
    .description('Models: what there is, what is on this machine, and what any ONNX file is.')
    .addHelpText('after', EXAMPLES);
  for (const add of [addList, addInfo, addPull, addVerify, addPath, addRemove]) add(models, context);
  for (const command of models.commands) command.copyInheritedSettings(program);
}

function addList(models: Command, { stdout, finish }: CommandContext): void {
  models
    .command('list')
    .summary('all models of the catalogue')
    .option('--json', 'print them as JSON', false)
    .action(async ({ json }: JsonOption) => {
      const states = await Promise.all(anyModels().map(modelState));
      const width = Math.max(...states.map(({ name }) => name.length));
      const lines = states.map(
        ({ name, present, description, licence }) =>
          `${name.padEnd(width)}  ${present ? 'here' : '-   '}  ${description} (${licence})`,
      );
      stdout.write(json ? `${JSON.stringify(states)}\n` : shownLines(lines));
      finish(EXIT.ok);
    });
}

function addInfo(models: Command, { stdout, finish }: CommandContext): void {
  models
    .command('info')
    .summary('all about a model of the catalogue, or about any ONNX file')
    .argument('<name|file>', 'a name of the catalogue, or the path of an ONNX file (with a dot or a slash in it)')
    .option('--json', 'print it as JSON', false)
    .action(async (what: string, { json }: JsonOption) => {
      const isName = anyModels().some(({ name }) => name === what);
      if (!isName && /[./\\]/.test(what)) {
        const explanation = await explainFile(what);
        stdout.write(
          json ? `${JSON.stringify(explanation)}\n` : shownLines(explanationInWords(explanation).trimEnd().split('\n')),
        );
      } else {
        const state = await modelState(anyModelNamed(what));
        stdout.write(json ? `${JSON.stringify(state)}\n` : modelStateInWords(state));
      }
      finish(EXIT.ok);
    });
}

function addPull(models: Command, { stdout, stderr, finish }: CommandContext): void {
  models
    .command('pull')
    .summary('download a model, or finish a download')
    .argument('<name>', 'a name of the catalogue')
    .option('--endpoint <url>', 'a mirror of the hub (default: HF_ENDPOINT, or https://huggingface.co)')
    .option('-q, --quiet', 'no progress', false)
    .action(async (name: string, { endpoint, quiet }: { readonly endpoint?: string; readonly quiet: boolean }) => {
      const model = anyModelNamed(name);
      if (!isHubModel(model)) {
        stderr.write(`${name} is inside this package; there is nothing to download\n`);
        finish(EXIT.ok);
        return;
      }
      const only = model.nonCommercial ? ': for non-commercial use only' : '';
      stderr.write(`${name} from ${model.source.repo}, licence ${model.licence}${only}\n`);
      const { onEvent, onRetry, close } = pullReporter(stderr, quiet);
      try {
        const pulled = await interruptible(
          (signal) => pullModel(model, { onEvent, onRetry, signal, ...(endpoint !== undefined && { endpoint }) }),
          close,
        );
        for (const { path } of Object.values(pulled.files)) stdout.write(`${path}\n`);
        finish(EXIT.ok);
      } catch (error) {
        if ((error as Error).name !== 'AbortError') throw error;
        stderr.write('Stopped. The same command goes on where it was.\n');
        finish(EXIT.interrupted);
      } finally {
        close();
      }
    });
}

function addVerify(models: Command, { stdout, finish }: CommandContext): void {
  models
    .command('verify')
    .summary('check the files of models that are here against their sha256')
    .argument('[names...]', 'names of the catalogue (default: all that are here)')
    .action(async (names: string[]) => {
      const states = await Promise.all(anyModels().map(modelState));
      const here = states.filter(({ present }) => present).map(({ name }) => name);
      let bad = 0;
      for (const name of names.length > 0 ? names : here) {
        const problem = await verifyModel(name).then(
          () => undefined,
          (error: unknown) => {
            if (!(error instanceof SamError) || error.code === 'bad-usage') throw error;
            return messageOf(error);
          },
        );
        if (problem !== undefined) bad++;
        stdout.write(shownLines([`${name}: ${problem ?? 'as it should be'}`]));
      }
      finish(bad > 0 ? EXIT.failures : EXIT.ok);
    });
}

function addPath(models: Command, { stdout, finish }: CommandContext): void {
  models
    .command('path')
    .summary('where the files of a model are: encoder, then decoder; or vision, text and the tokenizer’s two')
    .argument('<name>', 'a name of the catalogue')
    .action(async (name: string) => {
      const { files } = await modelState(anyModelNamed(name));
      if (!files)
        throw new SamError(
          'bad-model',
          `Expected ${name} on this machine but it is not`,
          `\`sam-cli models pull ${name}\` downloads it.`,
        );
      for (const path of Object.values(files)) stdout.write(`${path}\n`);
      finish(EXIT.ok);
    });
}

function addRemove(models: Command, { stderr, finish }: CommandContext): void {
  models
    .command('remove')
    .summary('delete the files of a model that was downloaded')
    .argument('<name>', 'a name of the catalogue')
    .action(async (name: string) => {
      const removed = await removeModel(anyModelNamed(name));
      stderr.write(removed ? `${name} was removed\n` : `${name} was not there\n`);
      finish(EXIT.ok);
    });
}

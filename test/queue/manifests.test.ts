import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Service } from 'kubernetes-models/v1/Service';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../src/package-root.js';
import { runMain } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);
const FOLDER = join(packageRoot, 'deploy', 'kubernetes');
const KINDS = {
  StatefulSet: { Model: StatefulSet, type: 'IStatefulSet', from: 'apps/v1/StatefulSet' },
  Job: { Model: Job, type: 'IJob', from: 'batch/v1/Job' },
  Service: { Model: Service, type: 'IService', from: 'v1/Service' },
};

interface Manifest {
  readonly apiVersion: string;
  readonly kind: keyof typeof KINDS;
  readonly metadata: { readonly name: string };
}

async function manifestsIn(file: string): Promise<Manifest[]> {
  const documents = parseAllDocuments(await readFile(join(FOLDER, file), 'utf8'));
  return documents.map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
  });
}

describe('the manifests for Kubernetes', () => {
  it('are what its API takes: no field is missing, of a wrong type or unknown', async (context) => {
    const manifests: Manifest[] = [];
    for (const file of await readdir(FOLDER))
      if (file !== 'kustomization.yaml') manifests.push(...(await manifestsIn(file)));
    assert.ok(manifests.length >= 4);
    const lines: string[] = [];
    for (const [i, manifest] of manifests.entries()) {
      const { Model, type, from } = KINDS[manifest.kind];
      assert.equal(from, `${manifest.apiVersion}/${manifest.kind}`);
      new Model(manifest as never).validate();
      lines.push(`import type { ${type} as Type${i} } from 'kubernetes-models/${from}';`);
      lines.push(`export const manifest${i}: Type${i} = ${JSON.stringify(manifest)};`);
    }
    // the schemas let unknown fields pass; the types that are made of the same ones do not
    const folder = await temporaryFolder(context);
    await symlink(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
    const compiled = async (text: string) => {
      await mkdir(join(folder, 'src'), { recursive: true });
      await writeFile(join(folder, 'src', 'manifests.ts'), text);
      const flags = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext'];
      return run(process.execPath, [
        join(packageRoot, 'node_modules', 'typescript', 'bin', 'tsc'),
        ...flags,
        join(folder, 'src', 'manifests.ts'),
      ]);
    };
    await compiled(lines.join('\n'));
    const wrong = lines.join('\n').replace('"parallelism"', '"paralelism"');
    await assert.rejects(compiled(wrong), (error: { stdout: string }) => error.stdout.includes('paralelism'));
  });

  it('give commands that there are', async () => {
    for (const file of ['enqueue.yaml', 'workers.yaml']) {
      for (const manifest of await manifestsIn(file)) {
        const [container] = (
          manifest as unknown as { spec: { template: { spec: { containers: { args: string[] }[] } } } }
        ).spec.template.spec.containers;
        // refused for its queue, not for a flag
        const { exitCode, stderr } = await runMain(...container.args);
        assert.deepEqual(
          [exitCode, /Expected --queue .*, or the variable SAM_CLI_QUEUE/.test(stderr)],
          [2, true],
          stderr,
        );
      }
    }
  });
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { main } from '../src/cli/main.js';
import { ERROR_CODES, SamError } from '../src/errors.js';
import { packageRoot } from '../src/package-root.js';

interface Row {
  readonly code: string;
  readonly where: string;
  readonly meaning: string;
  readonly advice: string;
}

/** The table of docs/errors.md. */
function documented(): Row[] {
  const text = readFileSync(join(packageRoot, 'docs', 'errors.md'), 'utf8');
  return [...text.matchAll(/^\| `([a-z-]+)` \| (.+) \| (.+) \| (.+) \|$/gm)].map(
    ([, code, where, meaning, advice]) => ({
      code,
      where,
      meaning,
      advice,
    }),
  );
}

function sources(): string {
  const src = join(packageRoot, 'src');
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== 'errors.ts')
    .map((file) => readFileSync(join(src, file), 'utf8'))
    .join('\n');
}

describe('error codes', () => {
  it('are each in docs/errors.md, once, with where they appear, what they mean and what to do', () => {
    const rows = documented();
    assert.deepEqual(
      rows.map(({ code }) => code),
      [...ERROR_CODES],
    );
    for (const { code, where, meaning, advice } of rows) {
      assert.match(
        where,
        /^(exit code [12]|`failures\.ndjson`|library)(, (or )?`failures\.ndjson`)?(, or exit code 1( of .+| where .+)?)?$/,
        code,
      );
      assert.ok(meaning.length > 5 && advice.length > 5, code);
    }
  });

  it('are all in use', () => {
    const text = sources();
    assert.deepEqual(
      ERROR_CODES.filter((code) => !text.includes(`'${code}'`)),
      [],
    );
  });

  it('answer the exit code that docs/errors.md says', async () => {
    for (const { code, where } of documented()) {
      const exitCode = /exit code (\d)/.exec(where)?.[1];
      if (exitCode === undefined) continue;
      let said = '';
      const answered = await main(['node', 'sam-cli', 'everything', '--print-settings'], {
        stdout: {
          write() {
            throw new SamError(code as (typeof ERROR_CODES)[number], 'Expected one thing but received another', 'Try.');
          },
        },
        stderr: {
          write(part) {
            said += part;
          },
        },
      });
      assert.equal(`${answered} ${said}`, `${exitCode} sam-cli: Expected one thing but received another\nTry.\n`, code);
    }
  });
});

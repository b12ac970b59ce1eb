import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { PROMPTS_SCHEMA } from '../../src/formats/own-json/prompts-schema.js';
import { packageRoot } from '../../src/package-root.js';

it('the published schema of prompts is the one that files are checked with', async () => {
  const published = JSON.parse(await readFile(join(packageRoot, 'schemas', 'prompts.schema.json'), 'utf8'));
  assert.deepEqual(published, PROMPTS_SCHEMA);
});

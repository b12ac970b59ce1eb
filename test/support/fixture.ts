import { readFileSync } from 'node:fs';

/** The address of a file under fixtures/, wherever the compiled test lies (build/test/support). */
export function fixtureUrl(path: string): URL {
  return new URL(`../../../fixtures/${path}`, import.meta.url);
}

/** A parsed JSON fixture; the caller names its type. */
export function readJsonFixture<T>(path: string): T {
  return JSON.parse(readFileSync(fixtureUrl(path), 'utf8')) as T;
}

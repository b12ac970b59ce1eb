/**
 * Data that comes as scripts: each calls `samReport` with its name and its JSON (see report/files/script-text.ts).
 *
 * @module
 */

import { scriptFileOf } from '../../data/file-names.js';

interface Waiting {
  readonly promise: Promise<unknown>;
  readonly resolve: (data: unknown) => void;
}

const waiting = new Map<string, Waiting>();

function waitingFor(name: string): Waiting {
  const known = waiting.get(name);
  if (known) return known;
  let resolve: (data: unknown) => void = () => {};
  const promise = new Promise<unknown>((settle) => {
    resolve = settle;
  });
  const made = { promise, resolve };
  waiting.set(name, made);
  return made;
}

declare global {
  var samReport: (name: string, json: string) => void;
}

/** Makes the page hear what scripts hand over. */
export function receiveData(): void {
  globalThis.samReport = (name, json) => waitingFor(name).resolve(JSON.parse(json));
}

/** What the page's own scripts hand over under this name. */
export function dataOf<T>(name: string): Promise<T> {
  return waitingFor(name).promise as Promise<T>;
}

/** Loads the script of this name for what it hands over. It is forgotten then: the browser keeps the file. */
export function loadedData<T>(name: string): Promise<T> {
  const isLoading = waiting.has(name);
  const { promise } = waitingFor(name);
  if (isLoading) return promise as Promise<T>;
  const script = document.createElement('script');
  script.src = scriptFileOf(name);
  const failed = new Promise<never>((_, reject) => {
    script.onerror = () => reject(new Error(`Expected ${script.src} beside this page but could not load it`));
  });
  document.head.append(script);
  return Promise.race([promise as Promise<T>, failed]).finally(() => {
    script.remove();
    waiting.delete(name);
  });
}

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with a request for bytes. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number }
  /** The connection breaks after so many bytes of the answer. */
  | { readonly kind: 'cut'; readonly after: number }
  | { readonly kind: 'wrong bytes' };

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/**
 * A server that behaves as the hub does: `/ORG/NAME/resolve/REVISION/PATH` answers with the file's commit, sum and size and sends on to
 * another host for the bytes, which serves ranges.
 */
export class HubServer {
  readonly files = new Map<string, Buffer>();
  /** Names of small files, which git keeps itself: the hub sends them itself, and knows them by git's id. */
  readonly plain = new Set<string>();
  /** Taken one after the other by requests for bytes. */
  readonly faults: Fault[] = [];
  /** Taken one after the other by requests for metadata. */
  readonly metadataFaults: Fault[] = [];
  readonly seen: SeenRequest[] = [];
  /** Wanted by the hub, not by the host of the bytes. */
  token: string | undefined;
  /** Whether the bytes' host knows ranges. */
  ranges = true;
  /** Milliseconds between pieces of 64 kB. */
  delay = 0;
  /** Whether the hub names the sum. */
  namesSum = true;
  readonly commit = 'c'.repeat(40);
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #port = 0;

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    server.#port = (server.#server.address() as AddressInfo).port;
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Requests for bytes. */
  get byteRequests(): SeenRequest[] {
    return this.seen.filter(({ path }) => path.startsWith('/blob/'));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const path = decodeURIComponent(url);
    this.seen.push({ method, path, range: headers.range, authorization: headers.authorization });
    if (path.startsWith('/blob/')) return this.#sendBytes(path.slice('/blob/'.length), headers.range, response);
    const match = /^\/(?:spaces\/)?[^/]+\/[^/]+\/resolve\/[^/]+\/(.+)$/.exec(path);
    const data = this.files.get(match?.[1] ?? '');
    const fault = method === 'HEAD' ? this.metadataFaults.shift() : undefined;
    if (fault?.kind === 'status') return refuse(response, fault);
    if (this.token !== undefined && headers.authorization !== `Bearer ${this.token}`)
      return refuse(response, { status: 401 });
    if (!data || !match) return refuse(response, { status: 404 });
    if (this.plain.has(match[1])) return this.#answerPlain(match[1], data, request, response);
    response.writeHead(302, {
      'x-repo-commit': this.commit,
      ...(this.namesSum && { 'x-linked-etag': `"${createHash('sha256').update(data).digest('hex')}"` }),
      'x-linked-size': data.length,
      // another host: credentials must not follow
      location: `http://localhost:${this.#port}/blob/${match[1]}`,
    });
    response.end();
  }

  async #answerPlain(name: string, data: Buffer, { method, headers }: IncomingMessage, response: ServerResponse) {
    const id = createHash('sha1').update(`blob ${data.length}\0`).update(data).digest('hex');
    response.setHeader('x-repo-commit', this.commit).setHeader('etag', `"${id}"`);
    if (method !== 'HEAD') return this.#sendBytes(name, headers.range, response);
    response.setHeader('content-length', data.length).end();
  }

  async #sendBytes(name: string, range: string | undefined, response: ServerResponse): Promise<void> {
    const fault = this.faults.shift();
    if (fault?.kind === 'status') return refuse(response, fault);
    let data = this.files.get(name) ?? Buffer.alloc(0);
    if (fault?.kind === 'wrong bytes') data = Buffer.from(data).fill(7);
    const start = this.ranges && range ? Number(/bytes=(\d+)-/.exec(range)?.[1]) : 0;
    const rest = data.subarray(start);
    const partial = this.ranges && range !== undefined;
    if (partial) response.setHeader('content-range', `bytes ${start}-${data.length - 1}/${data.length}`);
    response.writeHead(partial ? 206 : 200, {
      'content-length': rest.length,
    });
    const end = fault?.kind === 'cut' ? fault.after : rest.length;
    for (let at = 0; at < end; at += 65536) {
      response.write(rest.subarray(at, Math.min(end, at + 65536)));
      await new Promise((resolve) => setTimeout(resolve, this.delay));
    }
    if (end < rest.length) response.destroy();
    else response.end();
  }
}

function refuse(response: ServerResponse, { status, retryAfter }: { status: number; retryAfter?: number }): void {
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  response.writeHead(status);
  response.end('no');
}

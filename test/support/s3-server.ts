import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type FauxqsServer, startFauxqs } from 'fauxqs';

/** What goes wrong with a request. */
export type S3Fault =
  /** 503 SlowDown, as S3 answers when it is asked too much. */
  | { readonly kind: 'slow down' }
  /** The connection breaks after so many bytes of the answer's body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** The server does what is asked, and the connection breaks before it answers. */
  | { readonly kind: 'lost answer' }
  /** No answer ever comes. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'denied' };

/** A request as the server saw it. */
export interface SeenS3Request {
  readonly method: string;
  /** Decoded, with the bucket. */
  readonly path: string;
  readonly query: URLSearchParams;
}

const [ACCESS_KEY, SECRET_KEY] = ['TESTKEY', 'test/secret+key'];
const BUCKET = 'bucket';

/**
 * An S3-compatible server (the package fauxqs, in memory) behind a proxy that adds what it lacks: signatures are checked, `If-None-Match` and
 * `If-Match` of writes are heeded, and requests fail as a test wishes.
 */
export class S3Server {
  readonly seen: SeenS3Request[] = [];
  /** Asked for each request; what it answers happens. */
  faultOf: (request: SeenS3Request) => S3Fault | undefined = () => undefined;
  /** Whether conditions of writes are heeded. */
  heedsConditions = true;
  /** Keys of a page of a list. */
  pageSize = 1000;
  /** Whether who has no credentials may read. */
  isPublic = false;
  readonly #behind: FauxqsServer;
  readonly #proxy = createServer((incoming, response) => void this.#answer(incoming, response));
  #port = 0;
  /** Conditional writes go one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(behind: FauxqsServer) {
    this.#behind = behind;
  }

  /** Starts a server with one empty bucket, and sets the environment so that it is used. */
  static async start(context: Pick<TestContext, 'after'>): Promise<S3Server> {
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
    const server = new S3Server(await startFauxqs({ port: 0, logger: false, init: { buckets: [BUCKET] } }));
    await new Promise<void>((resolve) => server.#proxy.listen(0, '127.0.0.1', resolve));
    server.#port = (server.#proxy.address() as AddressInfo).port;
    const before = { ...process.env };
    Object.assign(process.env, server.environment);
    context.after(async () => {
      for (const name of Object.keys(server.environment)) delete process.env[name];
      Object.assign(process.env, before);
      server.#proxy.closeAllConnections();
      await new Promise((resolve) => server.#proxy.close(resolve));
      await server.#behind.stop();
    });
    return server;
  }

  /** Of a process that is to use it. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${this.#port}`,
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: SECRET_KEY,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** A client that goes past the proxy. */
  #client(): S3Client {
    return new S3Client({
      endpoint: `http://127.0.0.1:${this.#behind.port}`,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
    });
  }

  /** Puts objects there, past all faults. */
  async put(objects: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
    const client = this.#client();
    for (const [Key, Body] of Object.entries(objects)) {
      // between conditional writes, not within one
      await this.#inTurn(() => client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body })));
    }
  }

  /** The bytes of an object, past all faults. */
  async get(key: string): Promise<Buffer> {
    const { Body } = await this.#client().send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  /** The keys that begin so. */
  async keys(prefix = ''): Promise<string[]> {
    const keys: string[] = [];
    for (let token: string | undefined; ; ) {
      const page = await this.#client().send(
        new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix, ...(token && { ContinuationToken: token }) }),
      );
      keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      token = page.NextContinuationToken;
      if (!token) return keys.sort();
    }
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://s3');
    const seen = { method: incoming.method ?? '', path: decodeURIComponent(pathname), query: searchParams };
    this.seen.push(seen);
    const fault = this.faultOf(seen);
    const refusal = fault?.kind === 'denied' ? 'AccessDenied' : this.#refusalOf(incoming);
    if (refusal) return refuse(response, 403, refusal, `Wrong: ${incoming.headers.authorization}`);
    if (fault?.kind === 'slow down') return refuse(response, 503, 'SlowDown', 'Please reduce your request rate.');
    if (fault?.kind === 'silent') return;
    const done = () => this.#forwarded(incoming, body);
    const answer =
      isWrite(incoming) && this.heedsConditions ? await this.#inTurn(() => this.#ifMet(incoming, done)) : await done();
    if (fault?.kind === 'lost answer') return void response.destroy();
    if (searchParams.has('list-type')) answer.body = escapedKeys(answer.body);
    const end = fault?.kind === 'cut' ? fault.after : answer.body.length;
    // a HEAD tells a length and has no body
    const length = seen.method === 'HEAD' ? {} : { 'content-length': answer.body.length };
    response.writeHead(answer.status, { ...answer.headers, ...length });
    response.write(answer.body.subarray(0, end));
    if (end < answer.body.length) setTimeout(() => response.destroy(), 20);
    else response.end();
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const next = this.#last.then(action);
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** What fauxqs passes over. */
  async #ifMet(incoming: IncomingMessage, done: () => Promise<Answer>): Promise<Answer> {
    const { 'if-none-match': none, 'if-match': match } = incoming.headers;
    if (none === undefined && match === undefined) return done();
    const head = await this.#forwarded(incoming, Buffer.alloc(0), 'HEAD');
    const isThere = head.status === 200;
    const isMet = none === '*' ? !isThere : head.headers.etag === match;
    if (isMet) return done();
    // as AWS answers where the object that is to be as it was is gone
    return match !== undefined && !isThere
      ? { status: 404, headers: { 'content-type': 'application/xml' }, body: errorOf('NoSuchKey', 'gone') }
      : { status: 412, headers: { 'content-type': 'application/xml' }, body: errorOf('PreconditionFailed', 'no') };
  }

  /** What the server behind answers. */
  async #forwarded(incoming: IncomingMessage, body: Buffer, method = incoming.method): Promise<Answer> {
    const { 'if-none-match': _, 'if-match': match, ...headers } = incoming.headers;
    const asked = incoming.url?.replace('list-type=2', `list-type=2&max-keys=${this.pageSize}`);
    const path = method === 'HEAD' ? asked?.split('?')[0] : asked;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { port: this.#behind.port, method, path, headers: { ...headers, 'content-length': body.length } },
        async (answer) =>
          resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: await buffer(answer) }),
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    }).then((answer) => this.#ifStillSame(answer as Answer, method === 'GET' ? match : undefined));
  }

  #ifStillSame(answer: Answer, match: string | undefined): Answer {
    if (match === undefined || answer.status > 299 || answer.headers.etag === match) return answer;
    return { status: 412, headers: {}, body: errorOf('PreconditionFailed', 'no') };
  }

  /** Why a request is refused: its signature is computed as Amazon's signature version 4 says. */
  #refusalOf({ method = '', url = '', headers }: IncomingMessage): string | undefined {
    const { authorization } = headers;
    if (authorization === undefined) return this.isPublic && method === 'GET' ? undefined : 'AccessDenied';
    const [, key, scope, names = '', signature] =
      /Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(authorization) ?? [];
    if (key !== ACCESS_KEY) return 'InvalidAccessKeyId';
    const [path = '', query = ''] = url.split('?');
    const pairs = query === '' ? [] : query.split('&').map((pair) => (pair.includes('=') ? pair : `${pair}=`));
    const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
    const canonical = [method, path, pairs.sort().join('&'), signed.join(''), names, headers['x-amz-content-sha256']];
    const [date = '', region = '', service = ''] = scope?.split('/') ?? [];
    const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical.join('\n'))].join('\n');
    const signingKey = [date, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${SECRET_KEY}`);
    return hmac(signingKey, text).toString('hex') === signature ? undefined : 'SignatureDoesNotMatch';
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  body: Buffer;
}

/** Keys as S3 lists them when asked for `encoding-type=url`. */
function escapedKeys(list: Buffer): Buffer {
  const escaped = list
    .toString()
    .replaceAll(/<Key>(.*?)<\/Key>/gs, (_, key: string) => `<Key>${escapedKey(key)}</Key>`)
    .replace('<MaxKeys>', '<EncodingType>url</EncodingType><MaxKeys>');
  return Buffer.from(escaped);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function escapedKey(inXml: string): string {
  const key = inXml.replaceAll(/&(\w+);/g, (entity, name: string) => ENTITIES[name] ?? entity);
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}

function isWrite({ method }: IncomingMessage): boolean {
  return method === 'PUT' || method === 'POST';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function errorOf(code: string, message: string): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  );
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(errorOf(code, message));
}

import { SamError } from '../../errors.js';

/** Where a Redis (or Valkey) server is, and who asks. Its user and password are in no text that anybody sees. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  /** Number of the database. */
  readonly db: number;
  readonly isEncrypted: boolean;
  readonly username?: string;
  readonly password?: string;
  /** For messages: without user and password. */
  readonly inWords: string;
}

const SCHEMES: ReadonlySet<string> = new Set(['redis:', 'rediss:']);
const USUAL_PORT = 6379;

/** Whether a text is meant as an address of Redis. */
export function isRedisAddress(text: string): boolean {
  return /^rediss?:\/\//i.test(text);
}

/**
 * The address that a URL names: `redis://[user:password@]host[:port][/db]`, `rediss://` with TLS.
 *
 * @throws SamError `bad-usage`; the message does not repeat the URL, which may hold a password.
 */
export function redisAddressOf(text: string): RedisAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrongAddress('other text');
  }
  if (!SCHEMES.has(url.protocol)) throw wrongAddress(`one that begins with ${url.protocol}`);
  if (url.hostname === '') throw wrongAddress('one without a host');
  const database = url.pathname.replace(/^\//, '');
  if (!/^\d{0,5}$/.test(database)) throw wrongAddress('one whose database is no number');
  const isEncrypted = url.protocol === 'rediss:';
  const port = url.port === '' ? USUAL_PORT : Number(url.port);
  const db = Number(database);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port,
    db,
    isEncrypted,
    ...(url.username !== '' && { username: decoded(url.username) }),
    ...(url.password !== '' && { password: decoded(url.password) }),
    inWords: `${url.protocol}//${url.hostname}:${port}/${db}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrongAddress('one whose user or password has a % that is not written as %25');
  }
}

/** A text without the users and passwords of URLs in it: for what is written down or shown. */
export function withoutCredentials(text: string): string {
  // up to the last @ before a space or a path: passwords may have an @ of their own
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/]*@/gi, '$1');
}

function wrongAddress(received: string): SamError {
  return new SamError(
    'bad-usage',
    `Expected the address of a Redis server such as redis://host:6379 but received ${received}`,
    'redis://[user:password@]host[:port][/database], or rediss:// with TLS.',
  );
}

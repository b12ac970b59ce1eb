import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** The reason to skip tests that need a Redis server; false where one is installed. */
export const NO_REDIS: string | false =
  spawnSync('redis-server', ['--version']).status === 0 ? false : 'redis-server is not installed';

/** A Redis server of a test's own, which keeps its data over a restart. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #flags: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, flags: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#flags = flags;
  }

  /** @param folder - An empty one. */
  static async start(folder: string, ...flags: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), folder, flags);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** A connection for a test's own questions. */
  client(): Redis {
    return new Redis({ port: this.port, maxRetriesPerRequest: null });
  }

  async start(): Promise<void> {
    const flags = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--dir',
      this.#folder,
      '--save',
      '',
      '--appendonly',
      'yes',
    ];
    this.#process = spawn('redis-server', [...flags, ...this.#flags], { stdio: 'ignore' });
    const redis = new Redis({
      port: this.port,
      retryStrategy: () => 20,
      maxRetriesPerRequest: null,
      lazyConnect: true,
    });
    redis.on('error', () => undefined);
    await redis.connect().catch(() => undefined);
    // with a password it answers that it wants one
    await redis.ping().catch(() => undefined);
    redis.disconnect();
  }

  /** Ends it as a system that shuts down does. */
  async stop(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (!process || process.exitCode !== null) return;
    process.kill('SIGTERM');
    await once(process, 'exit');
  }

  /** Stops it and starts it again a while later. */
  async restart(pause: number): Promise<void> {
    await this.stop();
    await sleep(pause);
    await this.start();
  }
}

/** A port that nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('Expected a port');
  return address.port;
}

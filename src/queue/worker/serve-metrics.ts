import { once } from 'node:events';
import { createServer } from 'node:http';
import type * as PromClient from 'prom-client';
import type { RunListener } from '../../dataset/scheduler/events.js';
import { messageOf, SamError } from '../../errors.js';
import type { QueueConnection } from '../redis/queue-connection.js';
import { RunBoard } from '../redis/run-board.js';
import type { WorkerCounts } from './worker-counts.js';

/** Seconds of an image: from small models on many points to large ones. */
const SECONDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256];

/** A server that listens. */
interface MetricsServer {
  close(): Promise<void>;
}

/**
 * Serves `/healthz` (200 while the worker can reach its queue, 503 otherwise) and `/metrics` for Prometheus.
 *
 * @throws SamError `bad-usage` where prom-client is not installed, or the port cannot be had.
 */
export async function serveMetrics(
  port: number,
  counts: WorkerCounts,
  connection: QueueConnection,
): Promise<MetricsServer> {
  const registry = await registryOf(counts, connection);
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0];
    const isReady = connection.redis.status === 'ready';
    if (path === '/healthz')
      response.writeHead(isReady ? 200 : 503, { 'content-type': 'text/plain' }).end(isReady ? 'ok\n' : 'no Redis\n');
    else if (path === '/metrics') {
      try {
        const text = await registry.metrics();
        response.writeHead(200, { 'content-type': registry.contentType }).end(text);
      } catch {
        response.writeHead(500).end();
      }
    } else response.writeHead(404).end();
  });
  try {
    server.listen(port);
    await once(server, 'listening');
  } catch (error) {
    throw new SamError(
      'bad-usage',
      `Expected a free port for --metrics-port but could not use ${port}: ${messageOf(error)}`,
    );
  }
  return {
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What is measured of a worker and of its queue. */
async function registryOf(counts: WorkerCounts, connection: QueueConnection) {
  const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = await promClient();
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const done = new Counter({ name: 'sam_cli_images_done_total', help: 'Images done', registers });
  const failed = new Counter({
    name: 'sam_cli_images_failed_total',
    help: 'Times that an image failed',
    labelNames: ['code'],
    registers,
  });
  const masks = new Counter({ name: 'sam_cli_masks_total', help: 'Masks written', registers });
  const seconds = new Histogram({
    name: 'sam_cli_image_seconds',
    help: 'Seconds an image took in a worker thread',
    buckets: SECONDS,
    registers,
  });
  const board = new RunBoard(connection);
  new Gauge({
    name: 'sam_cli_queue_jobs',
    help: 'Jobs (batches of images) of the queue by run and state',
    labelNames: ['run', 'state'],
    registers,
    async collect() {
      this.reset();
      // a server that is away would be waited for
      if (connection.redis.status !== 'ready') return;
      for (const run of await board.ids()) {
        const jobs = await connection.batchesOf(run).getJobCounts('wait', 'active', 'delayed', 'failed');
        for (const [state, count] of Object.entries(jobs)) this.set({ run, state }, count);
      }
    },
  });
  const listen: RunListener = (event) => {
    if (event.event === 'image_failed') failed.inc({ code: event.code });
    if (event.event !== 'image_done') return;
    done.inc();
    masks.inc(event.masks);
    seconds.observe(event.seconds);
  };
  counts.addListener(listen);
  return registry;
}

async function promClient(): Promise<typeof PromClient> {
  try {
    return await import('prom-client');
  } catch (error) {
    throw new SamError(
      'bad-usage',
      `Expected the package prom-client, which --metrics-port needs, but could not load it: ${messageOf(error)}`,
      'Install it beside sam-cli: npm install prom-client',
    );
  }
}

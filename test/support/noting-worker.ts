/*
 * The usual worker, which says beside its work which graphs it opens: a notice with the path of each file, different in each thread.
 */
import { parentPort, threadId } from 'node:worker_threads';
import type { WorkerNotice } from '../../src/execute/protocol.js';
import { Session } from '../../src/model/runtime/session.js';

const open = Session.open;
Session.open = (graph, ...options) => {
  const path = typeof graph === 'string' ? graph : 'bytes';
  const notice: WorkerNotice = { kind: 'notice', message: `thread ${threadId} opened ${path}` };
  parentPort?.postMessage(notice);
  return open.call(Session, graph, ...options);
};

export { default } from '../../src/execute/worker.js';

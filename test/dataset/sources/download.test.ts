import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { downloadedBytes } from '../../../src/dataset/sources/download.js';

describe('downloadedBytes', () => {
  let server: Server;
  let base: string;
  const asked = new Map<string, number>();
  before(async () => {
    server = createServer(({ url = '' }, response) => {
      const times = (asked.get(url) ?? 0) + 1;
      asked.set(url, times);
      if (url === '/good' || (url === '/busy-once' && times > 1)) response.end('image');
      else if (url === '/moved') response.writeHead(302, { location: '/good' }).end();
      else if (url === '/busy-once') response.writeHead(503).end();
      else if (url === '/broken-off') {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('half');
        setTimeout(() => response.destroy(), 20);
      } else if (url !== '/silent') response.writeHead(404).end('gone');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('follows, and asks a busy server again', async () => {
    for (const path of ['/good', '/moved', '/busy-once']) {
      assert.equal((await downloadedBytes(base + path)).toString(), 'image');
    }
    assert.equal(asked.get('/busy-once'), 2);
  });

  it('says what the server answered, and asks once for what is not there', async () => {
    await assert.rejects(downloadedBytes(`${base}/gone`), {
      code: 'download-failed',
      message: `Could not download ${base}/gone: the server answered 404 Not Found`,
    });
    assert.equal(asked.get('/gone'), 1);
    await assert.rejects(downloadedBytes(`${base}/broken-off`), { code: 'download-failed' });
  });

  it('gives up after the time it has', async () => {
    await assert.rejects(downloadedBytes(`${base}/silent`, 0.1), { code: 'timeout' });
  });
});

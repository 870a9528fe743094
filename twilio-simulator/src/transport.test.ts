import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { nodeTransport } from './transport';

const stops = new Set<() => Promise<void>>();
afterEach(async () => {
  for (const stop of stops) await stop();
  stops.clear();
});

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const transport = nodeTransport();
  const url = new URL(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/hook`);
  const stop = () =>
    new Promise<void>((resolve) => {
      transport.close();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  stops.add(stop);
  return {
    stop,
    send: (more: { readMs?: number } = {}) =>
      transport.send({ url, method: 'POST', headers: {}, body: 'a=b', connectMs: 5000, readMs: 5000, ...more }),
  };
}

describe('the transport', () => {
  it('opens a new connection when one that lay idle was closed', async () => {
    const used = new Set<Socket>();
    const { send } = await serve((request, response) => {
      if (used.has(request.socket)) request.socket.resetAndDestroy();
      else {
        used.add(request.socket);
        request.resume().on('end', () => response.end('fine'));
      }
    });

    await send();
    const second = await send();

    expect(second).toMatchObject({ status: 200, body: 'fine' });
    expect(used.size).toBe(2);
  });

  it('says whether it failed before or after the connection stood', async () => {
    const silent = await serve(() => undefined);
    await expect(silent.send({ readMs: 20 })).rejects.toMatchObject({ name: 'NoAnswer', phase: 'rt' });
    await silent.stop();

    await expect(silent.send()).rejects.toMatchObject({ name: 'NoAnswer', phase: 'ct' });
  });

  it('reads no further than it takes to see that a document is too large', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    let written = 0;
    const { send } = await serve((_, response) => {
      const more = (): void => {
        written += 1;
        if (written < 10_000) response.write(piece, () => more());
      };
      more();
    });

    const answer = await send();

    expect(answer.body.length).toBeGreaterThan(64 * 1024);
    expect(answer.body.length).toBeLessThan(1024 * 1024);
  });
});

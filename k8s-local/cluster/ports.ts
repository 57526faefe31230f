import { createServer } from 'node:net';
import { once } from 'node:events';

// Below the ephemeral range (Linux from 32768, macOS from 49152) and below the NodePorts (from 30000). A port of the
// ephemeral range can be taken by any outgoing connection while the API server is stopped; worse, a client that
// retries such a port on loopback can end up connected to itself and hold it.
const first = 20_000;
const count = 10_000;

const bind = async (port: number) => {
  const server = createServer();
  server.listen({ port, host: '127.0.0.1', exclusive: true });
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
};

/**
 * Free loopback ports, all different, tried by binding them. Another process may still take one before its user
 * does: whoever starts a server must be ready to ask again.
 */
export const freePorts = async (wanted: number): Promise<number[]> => {
  const held = [];
  for (let tries = 0; held.length < wanted; tries += 1) {
    if (tries > 200) throw new Error(`no free port on 127.0.0.1 between ${first} and ${first + count}`);
    const port = first + Math.floor(Math.random() * count);
    const server = await bind(port);
    if (server) held.push({ port, server });
  }
  await Promise.all(held.map(({ server }) => once(server.close(), 'close')));
  return held.map(({ port }) => port);
};

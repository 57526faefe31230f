import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePorts } from '../../k8s-local/cluster/ports.ts';

/** Stands before a server, and does to its connections what machines and networks do that fail. */
export interface Relay {
  readonly port: number;
  /** Connections that are open now. */
  readonly open: number;
  /** The most that were open at once since `forget`. */
  readonly most: number;
  forget(): void;
  /** Cuts all connections, and refuses others, as where a process was killed. */
  refuse(): Promise<void>;
  /** Listens again on the same port. */
  accept(): Promise<void>;
  /** No byte goes over the connections that there are any more, and none is told; others work: the other side was replaced without a word. */
  silence(): void;
  stop(): Promise<void>;
}

/** Starts one before what listens on a port of this machine. */
export async function startRelay(upstream: number): Promise<Relay> {
  const [port = 0] = await freePorts(1);
  const pairs = new Set<readonly [Socket, Socket]>();
  const silent = new Set<readonly [Socket, Socket]>();
  let most = 0;
  const server = createServer((client) => {
    const behind = connect(upstream, '127.0.0.1');
    const pair = [client, behind] as const;
    pairs.add(pair);
    most = Math.max(most, pairs.size);
    const end = () => {
      pairs.delete(pair);
      for (const side of pair) side.destroy();
    };
    for (const side of pair) {
      side.setNoDelay(true);
      side.on('error', end).on('close', end);
    }
    client.pipe(behind).pipe(client);
  });
  const accept = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const refuse = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const pair of [...pairs, ...silent]) for (const side of pair) side.destroy();
    await closed;
  };
  await accept();
  return {
    port,
    get open() {
      return pairs.size;
    },
    get most() {
      return most;
    },
    forget() {
      most = pairs.size;
    },
    refuse,
    accept,
    silence() {
      for (const pair of pairs) {
        const [client, behind] = pair;
        client.unpipe(behind).pause();
        behind.unpipe(client).pause();
        pairs.delete(pair);
        silent.add(pair);
      }
    },
    async stop() {
      if (server.listening) await refuse();
    },
  };
}

import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'node:net';
import type { Logger } from '../log.ts';

/** How long a connection that nothing is asked on is left to be asked on, once the process is to end. */
const IDLE_MS = 500;

/** Ends a server; those connections that are still busy after so many milliseconds are cut. Resolves when none is left. */
export type Drain = (ms: number) => Promise<void>;

/** How a server is ended in good order. Meanwhile each answer has to be the last on its connection. */
export function drainOf(server: HttpServer, log: Logger): Drain {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const closeIdle = () => {
    // Since before the end began, or its answer would have closed it: no request is on its way there any more.
    server.closeIdleConnections();
    // To Node.js one on which nothing was said yet is not idle.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };
  const cut = () => {
    log.warn('requests were cut off: they took longer than DRAIN_SECONDS');
    server.closeAllConnections();
  };
  return async (ms) => {
    const timers = [setInterval(closeIdle, IDLE_MS), setTimeout(cut, ms)];
    // That of HTTP closes at once what is idle at the moment, also where a request is on its way.
    await new Promise<void>((closed) => void Server.prototype.close.call(server, () => closed()));
    for (const timer of timers) clearTimeout(timer);
    // What was cut is counted as gone before it is, and has its lines in the log after that.
    await Promise.all(
      Array.from(sockets, (socket) => new Promise((gone) => void socket.once('close', gone))),
    );
  };
}

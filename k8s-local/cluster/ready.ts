import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Server } from './server.ts';
import { logTail } from './server.ts';

const status = (url: URL, ca: string, token: string): Promise<number> =>
  new Promise((resolve) => {
    const call = request(url, {
      ca,
      headers: { authorization: `Bearer ${token}` },
      agent: false,
      timeout: 2_000,
    });
    call.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.once('timeout', () => call.destroy());
    call.once('error', () => resolve(0));
    call.end();
  });

/** True when the API server answers /readyz and has made the default namespace, which comes a moment later. */
export const isReady = async (url: string, caFile: string, token: string): Promise<boolean> => {
  let ca: string;
  try {
    ca = await readFile(caFile, 'utf8');
  } catch {
    // Not yet written by the API server.
    return false;
  }
  const paths = ['/readyz', '/api/v1/namespaces/default'];
  const answers = await Promise.all(paths.map((path) => status(new URL(path, url), ca, token)));
  return answers.every((code) => code === 200);
};

/** Waits for readiness. Throws with the end of the log when a server ends first, or after a minute. */
export const waitReady = async (
  about: { url: string; caFile: string; token: string },
  servers: readonly Server[],
  timeoutMs = 60_000,
): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  while (!(await isReady(about.url, about.caFile, about.token))) {
    for (const server of servers) {
      if (server.exited())
        throw new Error(`${server.name} ended while starting:\n${await logTail(server.logFile)}`);
      if (Date.now() > deadline) {
        throw new Error(
          `${server.name} is not ready after ${timeoutMs / 1000} s:\n${await logTail(server.logFile)}`,
        );
      }
    }
    await sleep(100);
  }
};

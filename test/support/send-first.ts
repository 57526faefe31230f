import type { ServerResponse } from 'node:http';

/** Hands the head of an answer and its first byte to the kernel; resolves with the number of bytes sent of the body. */
export async function sendFirst(response: ServerResponse, body: Buffer): Promise<number> {
  if (response.destroyed) return 0;
  if (body.length === 0) {
    response.flushHeaders();
    return 0;
  }
  await new Promise<void>((done) => {
    // A client that is gone takes nothing, and there is nobody left to tell.
    response.once('error', () => done()).once('close', () => done());
    response.write(body.subarray(0, 1), () => done());
  });
  return 1;
}

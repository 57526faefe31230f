import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Time for a connection to open, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Time for an answer to begin, and for it to go on, in milliseconds; AWS's slowest control-plane calls take seconds. */
const RESPONSE_TIMEOUT_MS = 30_000;

/** How every call to AWS is carried, AssumeRole and GetCallerIdentity included: none may be waited for without end. */
export function createHttpHandler(responseTimeoutMs = RESPONSE_TIMEOUT_MS): NodeHttpHandler {
  return new NodeHttpHandler({
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: responseTimeoutMs,
    throwOnRequestTimeout: true,
    // The request's time ends with the answer's first byte; this is for an answer that breaks off later.
    socketTimeout: responseTimeoutMs,
  });
}

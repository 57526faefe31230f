import { Problem } from './problem.ts';

interface HttpError {
  readonly status: number;
  readonly type?: string;
}

function isHttpError(error: unknown): error is HttpError {
  return typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number';
}

/** What of the parser of bodies, and of the router, is the asker's doing; a message of theirs may hold what was sent. */
const OF_ASKER: Readonly<Record<number, string>> = {
  400: 'The request cannot be read: its body must be JSON, its path percent-encoded UTF-8.',
  413: 'The body is larger than the 100 KiB that are taken.',
  415: 'The body must be application/json in UTF-8, compressed with gzip, deflate or br if at all.',
};

/** The problem that an error is to whoever asked. What nobody expected is a 500 that says no more than that. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isHttpError(error)) {
    const detail = OF_ASKER[error.status];
    if (detail !== undefined) return new Problem(error.status, detail, { cause: error });
    if (error.status >= 400 && error.status < 500)
      return new Problem(400, OF_ASKER[400] ?? '', { cause: error });
  }
  return new Problem(500, 'The service has failed at this; its log says why, by this request id.', {
    cause: error,
  });
}

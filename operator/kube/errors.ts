/** A `causes[]` entry of a Kubernetes Status: which field was refused and why. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** The `details` of a Kubernetes Status. */
export interface StatusDetails {
  name?: string;
  kind?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/**
 * A request that did not succeed. `status` is the HTTP status, or 0 when no answer came; then `reason` is
 * `Timeout`, `Aborted`, `Unreachable` or `CredentialsUnavailable`. Never carries request headers.
 */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly status: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(
    message: string,
    fields: { status: number; reason: string; details?: StatusDetails | undefined; cause?: unknown },
  ) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.status = fields.status;
    this.reason = fields.reason;
    this.details = fields.details;
  }
}

/** A kubeconfig that cannot be used; the message names the file and what to do, for a person. */
export class UnusableKubeconfig extends Error {
  override readonly name = 'UnusableKubeconfig';
}

/** Builds the error for an answered request from the Status object in its body, if there is one. */
export function errorFromStatus(what: string, httpStatus: number, body: unknown): KubeError {
  const { reason, message, details, code } = (typeof body === 'object' && body !== null ? body : {}) as {
    reason?: string;
    message?: string;
    details?: StatusDetails;
    code?: number;
  };
  const status = httpStatus >= 400 ? httpStatus : (code ?? httpStatus);
  const outcome = reason ? `${status} ${reason}` : `${status}`;
  return new KubeError(`${what}: ${outcome}: ${message ?? 'no message'}`, {
    status,
    reason: reason ?? 'Unknown',
    details,
  });
}

const hasStatus = (error: unknown, status: number): boolean =>
  error instanceof KubeError && error.status === status;

export const isNotFound = (error: unknown): boolean => hasStatus(error, 404);

/** An optimistic-concurrency conflict: read again and decide again. */
export const isConflict = (error: unknown): boolean =>
  hasStatus(error, 409) && (error as KubeError).reason !== 'AlreadyExists';

export const isAlreadyExists = (error: unknown): boolean =>
  hasStatus(error, 409) && (error as KubeError).reason === 'AlreadyExists';

/** The resource version or continue token is too old: list anew. */
export const isGone = (error: unknown): boolean =>
  error instanceof KubeError &&
  (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone');

import { Terminal, Waiting } from '../errors.ts';
import type { Verdict } from '../graph/outcome.ts';
import { isAlreadyExists, KubeError } from '../kube/errors.ts';

/** The name that an object is to have is another object's. */
export class NameHeld extends Error {
  override readonly name = 'NameHeld';
}

/** Failures of the connection before anything was sent. */
const NEVER_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
/** What the authorizer says; https://kubernetes.io/docs/reference/access-authn-authz/authorization/ */
const DENIED_TEXT = /\bcannot \w+ resource\b/;
const QUOTA_TEXT = /\bexceeded quota: /;
const NO_NAMESPACE_TEXT = /\bnamespaces? "[^"]*" not found/;

/** What any error thrown while acting on the cluster means for the resource. The one place that knows the API server's codes. */
export function interpretLocal(error: unknown): Verdict {
  if (error instanceof Terminal) return { kind: 'stalled', reason: error.reason, message: error.message };
  if (error instanceof Waiting) return { kind: 'waiting', reason: error.reason, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof NameHeld || isAlreadyExists(error))
    return { kind: 'exists', reason: 'AlreadyExists', message };
  if (!(error instanceof KubeError)) return { kind: 'unclear', reason: 'InternalError', message };
  switch (error.status) {
    case 0:
      return unanswered(error);
    case 401:
      return { kind: 'stalled', reason: 'CredentialsExpired', message };
    case 403:
      return forbidden(error);
    case 404:
      return NO_NAMESPACE_TEXT.test(message)
        ? { kind: 'waiting', reason: 'DependencyNotReady', message }
        : { kind: 'waiting', reason: 'NotYetVisible', message };
    case 408:
    case 504:
      return { kind: 'unclear', reason: 'ClusterUnreachable', message };
    // Somebody else has written it since it was read.
    case 409:
    case 410:
      return { kind: 'waiting', reason: 'WaitingForCluster', message };
    case 429:
      return { kind: 'waiting', reason: 'Throttled', message };
    default:
      return error.status >= 500
        ? { kind: 'waiting', reason: 'ClusterUnreachable', message }
        : { kind: 'stalled', reason: 'ClusterRefused', message };
  }
}

function unanswered({ reason, message, cause }: KubeError): Verdict {
  if (reason === 'CredentialsUnavailable') return { kind: 'stalled', reason, message };
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  return { kind: NEVER_SENT.test(code) ? 'waiting' : 'unclear', reason: 'ClusterUnreachable', message };
}

/** Forbidden is what the authorizer says, and also quotas, admission, and a namespace that is going. */
function forbidden({ message, details }: KubeError): Verdict {
  if (details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating'))
    return { kind: 'waiting', reason: 'WaitingForCluster', message };
  if (QUOTA_TEXT.test(message)) return { kind: 'stalled', reason: 'QuotaExceeded', message };
  if (DENIED_TEXT.test(message)) return { kind: 'stalled', reason: 'AccessDenied', message };
  return { kind: 'stalled', reason: 'ClusterRefused', message };
}

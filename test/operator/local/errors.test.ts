import { describe, expect, it } from 'vitest';
import { Terminal, Waiting } from '../../../operator/errors.ts';
import { errorFromStatus, KubeError } from '../../../operator/kube/errors.ts';
import { NotLeader } from '../../../operator/kube/leader.ts';
import { interpretLocal, NameHeld } from '../../../operator/local/errors.ts';

const answered = (status: number, reason: string, message: string, details = {}) =>
  errorFromStatus('PATCH /apis/apps/v1/namespaces/shop/deployments/api', status, {
    reason,
    message,
    details,
  });
const unanswered = (reason: string, code?: string) =>
  new KubeError('PATCH /x: no answer', {
    status: 0,
    reason,
    ...(code !== undefined && { cause: Object.assign(new Error(code), { code }) }),
  });

describe('what an error of the API server means', () => {
  it.each([
    ['held', new NameHeld('Service shop/services/api exists already'), 'exists', 'AlreadyExists'],
    ['exists', answered(409, 'AlreadyExists', 'already exists'), 'exists', 'AlreadyExists'],
    ['conflict', answered(409, 'Conflict', 'the object has been modified'), 'waiting', 'WaitingForCluster'],
    ['gone', answered(404, 'NotFound', 'deployments.apps "api" not found'), 'waiting', 'NotYetVisible'],
    ['namespace', answered(404, 'NotFound', 'namespaces "shop" not found'), 'waiting', 'DependencyNotReady'],
    [
      'going namespace',
      answered(
        403,
        'Forbidden',
        'unable to create new content in namespace shop because it is being terminated',
        {
          causes: [{ reason: 'NamespaceTerminating' }],
        },
      ),
      'waiting',
      'WaitingForCluster',
    ],
    [
      'role',
      answered(403, 'Forbidden', 'User "x" cannot patch resource "deployments" in API group "apps"'),
      'stalled',
      'AccessDenied',
    ],
    [
      'quota',
      answered(403, 'Forbidden', 'pods "a" is forbidden: exceeded quota: small'),
      'stalled',
      'QuotaExceeded',
    ],
    [
      'admission',
      answered(403, 'Forbidden', 'admission webhook "x" denied the request'),
      'stalled',
      'ClusterRefused',
    ],
    ['invalid', answered(422, 'Invalid', 'spec.ports: Required value'), 'stalled', 'ClusterRefused'],
    ['throttled', answered(429, 'TooManyRequests', 'later'), 'waiting', 'Throttled'],
    ['broken', answered(500, 'InternalError', 'failed calling webhook'), 'waiting', 'ClusterUnreachable'],
    ['late', answered(504, 'Timeout', 'request did not complete'), 'unclear', 'ClusterUnreachable'],
    ['token', answered(401, 'Unauthorized', 'Unauthorized'), 'stalled', 'CredentialsExpired'],
    ['silent', unanswered('Timeout'), 'unclear', 'ClusterUnreachable'],
    ['cut', unanswered('Unreachable', 'ECONNRESET'), 'unclear', 'ClusterUnreachable'],
    ['refused', unanswered('Unreachable', 'ECONNREFUSED'), 'waiting', 'ClusterUnreachable'],
    ['no credentials', unanswered('CredentialsUnavailable'), 'stalled', 'CredentialsUnavailable'],
    ['terminal', new Terminal('StoreLost', 'it is gone'), 'stalled', 'StoreLost'],
    ['waiting', new Waiting('Blocked', 'later'), 'waiting', 'Blocked'],
    ['no leader', new NotLeader('lost the lease'), 'unclear', 'InternalError'],
  ])('%s', (_, error, kind, reason) => {
    expect(interpretLocal(error)).toEqual({ kind, reason, message: error.message });
  });
});

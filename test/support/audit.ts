import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** As much of a line of the API server's audit log as is read: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ . */
interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly extra?: Readonly<Record<string, readonly string[]>> };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A request that was answered. */
export interface AuditedCall {
  readonly verb: string;
  /** As in roles, with its group: `apps/deployments`, `core/events`, `landfall.dev/accounts/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** HTTP status; 0 where the connection ended first. */
  readonly code: number;
  /** By the roles, which is not all that an API server goes by. */
  readonly isAllowed: boolean;
  /** It was not there before. */
  readonly isMade: boolean;
  readonly isWrite: boolean;
  /** The pod whose token it came with. */
  readonly pod: string;
  /** When it came. */
  readonly time: string;
}

const READS = new Set(['get', 'list', 'watch']);
const POD = 'authentication.kubernetes.io/pod-name';

/** The end of an audit log now. */
export async function auditMark(path: string): Promise<number> {
  return (await stat(path)).size;
}

/** The requests in an audit log from a mark on, in the order in which they came; those that are still under way are not in it. */
export async function auditedCalls(path: string, mark = 0): Promise<AuditedCall[]> {
  const lines = (await text(createReadStream(path, { start: mark }))).split('\n').slice(0, -1);
  const events = lines.map((line) => JSON.parse(line) as AuditEvent);
  // A watch may last longer than any test.
  const isAnswered = ({ stage, verb }: AuditEvent) =>
    stage === (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete');
  return events
    .filter(isAnswered)
    .map(callOf)
    .sort((a, b) => (a.time < b.time ? -1 : 1));
}

function callOf(event: AuditEvent): AuditedCall {
  const { verb, requestURI, requestReceivedTimestamp, user, objectRef, responseStatus, annotations } = event;
  const { apiGroup = 'core', resource, subresource, namespace = '', name = '' } = objectRef ?? {};
  const path = [apiGroup, resource, subresource].filter((part) => part !== undefined).join('/');
  const code = responseStatus?.code ?? 0;
  return {
    verb,
    resource: resource === undefined ? requestURI : path,
    namespace,
    name,
    code,
    isAllowed: annotations?.['authorization.k8s.io/decision'] === 'allow',
    isMade: code === 201,
    isWrite: !READS.has(verb),
    pod: user.extra?.[POD]?.[0] ?? '',
    time: requestReceivedTimestamp,
  };
}

/** By what it takes, keeps and gives up the lead. */
export function isOfLease({ isWrite, resource, code }: AuditedCall): boolean {
  return isWrite && code < 400 && resource === 'coordination.k8s.io/leases';
}

/** What it writes for others than itself. */
export function isWork({ isWrite, resource, code }: AuditedCall): boolean {
  return isWrite && code < 400 && resource !== 'coordination.k8s.io/leases';
}

/** What it writes of things that it makes. */
export function isOfThings(call: AuditedCall): boolean {
  return isWork(call) && !call.resource.startsWith('landfall.dev/') && call.resource !== 'core/events';
}

/** What has to be granted for calls: `apps/deployments:patch`. Applying what is not there takes the right to create, too. */
export function grantsFor(calls: readonly AuditedCall[]): string[] {
  const used = calls.flatMap(({ resource, verb, isMade }) =>
    [verb, ...(verb === 'patch' && isMade ? ['create'] : [])].map((one) => `${resource}:${one}`),
  );
  return [...new Set(used)].sort();
}

/** A rule of a role. */
export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

/** What rules grant, written as `grantsFor` writes it. */
export function grantsOf(rules: readonly Rule[]): string[] {
  const granted = rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${group || 'core'}/${resource}:${verb}`)),
    ),
  );
  return [...new Set(granted)].sort();
}

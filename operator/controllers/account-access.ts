import { type Account, type AccountSpec, completedSpec } from '../api/account.ts';
import { Terminal, Waiting } from '../errors.ts';

/** What a resource says about where it wants to be. */
export interface AccessRequest {
  readonly namespace: string;
  readonly accountRef: string;
  readonly region: string;
  /** Something that goes may always be cleaned up: it was allowed when it was made. */
  readonly deleting: boolean;
}

/**
 * The Account that a resource may use, as far as manifests say: it exists, and allows the namespace and the
 * region. One that lists no namespace allows nobody. Throws Terminal with what stands in the way.
 */
export function allowedAccount(account: Account | undefined, request: AccessRequest): Account {
  const { namespace, accountRef, region, deleting } = request;
  if (!account) {
    throw new Terminal(
      'AccountNotFound',
      `spec.accountRef.name is ${accountRef}, but there is no Account of that name; make it, or refer to another`,
    );
  }
  const { aws, local } = completedSpec(account);
  if (!deleting && !(aws ?? local).namespaces.includes(namespace)) {
    const message = `Account ${accountRef} does not allow namespace ${namespace}; whoever owns it can add ${namespace} to spec.${aws ? 'aws' : 'local'}.namespaces`;
    throw new Terminal('NamespaceNotAllowed', message);
  }
  if (!deleting && aws && !aws.regions.includes(region)) {
    const message = `Account ${accountRef} does not allow region ${region}, only ${aws.regions.join(', ')}; use one of these, or have it added to spec.aws.regions`;
    throw new Terminal('RegionNotAllowed', message);
  }
  return account;
}

/** The Account that a resource may use, checked by the operator as well. Throws what stands in the way. */
export function requireAccount(candidate: Account | undefined, request: AccessRequest): AccountSpec {
  const account = allowedAccount(candidate, request);
  const { accountRef, deleting } = request;
  const conditions = account.status.conditions ?? [];
  const ready = conditions.find((condition) => condition.type === 'Ready');
  if (ready?.observedGeneration !== account.metadata.generation)
    throw new Waiting(
      'DependencyNotReady',
      `Account ${accountRef} has not been checked yet; that takes seconds, and this object goes on by itself`,
    );
  if (ready?.status === 'True') return completedSpec(account);
  // Its credentials are good, and it waits for this very deletion.
  const going = ready?.reason === 'InUse';
  if (going && deleting) return completedSpec(account);
  const message = `Account ${accountRef} is not ready: ${ready?.reason}: ${ready?.message}`;
  if (going || conditions.some(({ type, status }) => type === 'Stalled' && status === 'True'))
    throw new Terminal('AccountNotReady', message);
  throw new Waiting('DependencyNotReady', message);
}

import type { Account, AwsAccount } from '../api/account.ts';
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
 * The Account that a resource may use. Throws what stands in the way; an Account that lists no namespace allows
 * nobody.
 */
export function requireAccount(account: Account | undefined, request: AccessRequest): AwsAccount {
  const { namespace, accountRef, region, deleting } = request;
  if (!account) {
    throw new Terminal(
      'AccountNotFound',
      `spec.accountRef.name is ${accountRef}, but there is no Account of that name; make it, or refer to another`,
    );
  }
  const { aws } = account.spec;
  if (!deleting && !aws.namespaces.includes(namespace)) {
    const message = `Account ${accountRef} does not allow namespace ${namespace}; whoever owns it can add ${namespace} to spec.aws.namespaces`;
    throw new Terminal('NamespaceNotAllowed', message);
  }
  if (!deleting && !aws.regions.includes(region)) {
    const message = `Account ${accountRef} does not allow region ${region}, only ${aws.regions.join(', ')}; use one of these, or have it added to spec.aws.regions`;
    throw new Terminal('RegionNotAllowed', message);
  }
  const ready = account.status.conditions?.find((condition) => condition.type === 'Ready');
  if (ready?.status === 'True' && ready.observedGeneration === account.metadata.generation) return aws;
  if (ready?.status === 'False' && ready.reason !== 'Progressing') {
    throw new Terminal(
      'AccountNotReady',
      `Account ${accountRef} is not ready: ${ready.reason}: ${ready.message}`,
    );
  }
  throw new Waiting('DependencyNotReady', `Account ${accountRef} has not been checked yet`);
}

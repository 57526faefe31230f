import type { Account } from '../api/account.ts';
import type { SecureVpc } from '../api/secure-vpc.ts';
import { allowedAccount } from '../controllers/account-access.ts';
import { Terminal } from '../errors.ts';
import type { Manifests } from './manifests.ts';

/** The Account of a network, among the same manifests. Throws Terminal as the operator would. */
export function accountOf(network: SecureVpc, manifests: Manifests): Account {
  const accountRef = network.spec.accountRef.name;
  const found = manifests.accounts.find(({ value }) => value.metadata.name === accountRef);
  if (!found) {
    throw new Terminal(
      'AccountNotFound',
      `spec.accountRef.name is ${accountRef}, but none of the files has an Account of that name; give the file that has it with another -f`,
    );
  }
  const namespace = network.metadata.namespace ?? '';
  return allowedAccount(found.value, { namespace, accountRef, region: network.spec.region, deleting: false });
}

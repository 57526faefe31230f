import type { Account } from '../api/account.ts';
import { allowedAccount } from '../controllers/account-access.ts';
import type { GraphObject } from '../controllers/resource-status.ts';
import { Terminal } from '../errors.ts';
import type { Manifests } from './manifests.ts';

/** The Account of an object, among the same manifests. Throws Terminal as the operator would. */
export function accountOf(object: GraphObject, manifests: Manifests): Account {
  const accountRef = object.spec.accountRef.name;
  const found = manifests.accounts.find(({ value }) => value.metadata.name === accountRef);
  if (!found) {
    throw new Terminal(
      'AccountNotFound',
      `spec.accountRef.name is ${accountRef}, but none of the files has an Account of that name; give the file that has it with another -f`,
    );
  }
  const namespace = object.metadata.namespace ?? '';
  return allowedAccount(found.value, { namespace, accountRef, region: object.spec.region, deleting: false });
}

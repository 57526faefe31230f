import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONDITIONS, type StalledReason } from '../../../operator/api/conditions.ts';

const tests = join(import.meta.dirname, '..', '..');
const OURS = 'integration/securevpc-refusals.test.ts';
const OF_AWS = 'integration/securevpc-refusals-of-aws.test.ts';
const LIMITS_OF_AWS = 'integration/securevpc-limits-of-aws.test.ts';
const ADOPTION = 'integration/securevpc-adoption.test.ts';
const STORES = 'operator/graph/stores.test.ts';
const invalid = (name: string) => `fixtures/invalid/securevpc/${name}.yaml`;

/** Where each refusal is brought about on a real API server and the local AWS. A new reason does not compile without. */
const PROVED: Readonly<Record<StalledReason, string>> = {
  InvalidSpec: invalid('59-zone-not-in-region'),
  AccountNotFound: OURS,
  AccountNotReady: OURS,
  ReferenceNotAllowed: 'integration/ecsservice-lifecycle.test.ts',
  NotGranted: 'integration/ecsservice-scaling.test.ts',
  NamespaceNotAllowed: OURS,
  RegionNotAllowed: invalid('64-region-not-allowed'),
  AccessDenied: OF_AWS,
  QuotaExceeded: LIMITS_OF_AWS,
  AddressesUsedUp: LIMITS_OF_AWS,
  NameTaken: OF_AWS,
  OwnershipTagsMissing: 'integration/securevpc-deletion.test.ts',
  ApprovalRequired: 'integration/securevpc-approval.test.ts',
  ApprovalStale: 'integration/securevpc-approval.test.ts',
  AdoptionNotAllowed: ADOPTION,
  AdoptionRefused: ADOPTION,
  AdoptedNotInSpec: ADOPTION,
  ThingsMissing: 'integration/securevpc-management.test.ts',
  ReplacementNeeded: OF_AWS,
  ReplacementNotAllowed: STORES,
  StoreNotInSpec: STORES,
  StoreLost: 'integration/datastore-table.test.ts',
  SecretUnreadable: 'integration/datastore-canary.test.ts',
  CopyUnusable: 'integration/datastore-restore.test.ts',
  DeletionProtected: 'integration/datastore-table.test.ts',
  AwsRefused: OF_AWS,
  ClusterRefused: 'operator/local/errors.test.ts',
  PodsFailed: 'operator/local/states.test.ts',
  RolloutFailed: 'integration/ecs-kinds.test.ts',
  TargetChanged: OURS,
  CredentialsUnavailable: OURS,
  CredentialsExpired: OF_AWS,
  RoleNotAssumable: OF_AWS,
  InstallationClaimed: 'integration/claims.test.ts',
  AccountMismatch: OURS,
};

describe('every refusal', () => {
  it.each(Object.keys(CONDITIONS.Stalled.reasons) as StalledReason[])('%s', (reason) => {
    const where = PROVED[reason];
    const text = readFileSync(join(tests, where), 'utf8');
    // A fixture says the reason in its header; securevpc-refusals.test.ts applies it. A test expects it as a literal.
    expect(text).toMatch(
      where.startsWith('fixtures/')
        ? new RegExp(`^# by: operator$[^]*^# reason: ${reason}$`, 'm')
        : new RegExp(`'${reason}'|\\.includes\\('${reason}'\\)`),
    );
  });
});

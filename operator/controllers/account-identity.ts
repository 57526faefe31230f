import { type Account, type AccountInAws, isInAws } from '../api/account.ts';
import { defaultExternalId, describeSource } from '../aws/credentials.ts';
import { errorCode, interpretWords } from '../aws/errors.ts';
import type { CallerIdentity } from '../aws/identity.ts';
import { TAG } from '../graph/ownership.ts';
import type { Targets } from './targets.ts';
import type { Verdict } from './verdict.ts';

/** How AWS's words on a refusal name the action. */
const ASSUMING = /\bperform: sts:(AssumeRole|TagSession)/;

/** What the check of an Account needs. */
interface IdentityDeps {
  readonly targets: Pick<Targets, 'identity'>;
  readonly installation: string;
}

/** Asks AWS whose the credentials of an Account are; the cluster itself needs none. `fresh` does not take an earlier answer. Never throws for what AWS answers. */
export async function checkAccount(
  deps: IdentityDeps,
  account: Account,
  options: { readonly fresh: boolean },
): Promise<{ identity?: CallerIdentity; verdict: Verdict }> {
  const { name } = account.metadata;
  if (!isInAws(account)) return { verdict: { kind: 'ready', message: 'acts in this cluster itself' } };
  const { aws } = account.spec;
  try {
    const identity = await deps.targets.identity(name, aws, options);
    if (identity.accountId !== aws.accountId) {
      const message = `the credentials belong to account ${identity.accountId} (${identity.arn}), but spec.aws.accountId is ${aws.accountId}; correct the profile or the role, or the account id`;
      return { identity, verdict: { kind: 'stalled', reason: 'AccountMismatch', message } };
    }
    return { identity, verdict: { kind: 'ready', message: `acts as ${identity.arn}` } };
  } catch (error) {
    return { verdict: verdictOfIdentityError(deps, account, error) };
  }
}

/** Why AWS does not say who we are, with role, account and external id, since that is what has to be mended. */
function verdictOfIdentityError(deps: IdentityDeps, account: AccountInAws, error: unknown): Verdict {
  const { aws } = account.spec;
  const { kind, reason, message } = interpretWords(error);
  const externalId = aws.externalId ?? defaultExternalId(deps.installation, account.metadata.name);
  const from = describeSource(aws.profile);
  if (reason === 'AccessDenied' && aws.roleArn !== undefined) {
    const text = `sts:AssumeRole of ${aws.roleArn} in account ${aws.accountId} from ${from} with the session tag ${TAG.installation}=${deps.installation} and external id ${externalId} was refused: ${message}; its trust policy must allow this caller sts:AssumeRole and sts:TagSession with this tag, and demand this external id`;
    return { kind: 'stalled', reason: 'RoleNotAssumable', message: text };
  }
  // A profile that assumes a role by itself does so with the external id of the file, or with none, and never with tags.
  if (reason === 'AccessDenied' && ASSUMING.test(message)) {
    const text = `the sts:AssumeRole that ${from} makes was refused: ${message}; the trust policy of the role must allow this caller, and what it demands as external id must stand as external_id in the profile; a role that demands session tags, as that of manifests/bootstrap does, belongs into spec.aws.roleArn`;
    return { kind: 'stalled', reason: 'RoleNotAssumable', message: text };
  }
  const role = aws.roleArn === undefined ? '' : ` for role ${aws.roleArn}`;
  const text = `sts:GetCallerIdentity in account ${aws.accountId} with ${from}${role}: ${message}`;
  if (kind === 'stalled') return { kind: 'stalled', reason, message: text };
  const known = errorCode(error) === undefined ? 'CredentialsUnavailable' : reason;
  if (known === 'CredentialsUnavailable') return { kind: 'stalled', reason: known, message: text };
  return { kind: 'reconciling', reason: known, message: text };
}

import { fromIni, fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { TAG } from '../graph/ownership.ts';
import { createHttpHandler } from './http.ts';

/** How an Account says that it is reached. */
export interface CredentialSource {
  readonly region: string;
  /** A profile of the AWS configuration files; undefined for the default chain. */
  readonly profile: string | undefined;
  /** A role to assume from there. */
  readonly roleArn: string | undefined;
  /** Sent with every AssumeRole: a role in another account must demand it. */
  readonly externalId: string;
  /** Shows in CloudTrail as the session's name, and is a tag of the session. */
  readonly installation: string;
  /** Name of the Account, a tag of the session. */
  readonly account: string;
  readonly endpoint: string | undefined;
  /** As of a session. */
  readonly responseTimeoutMs?: number;
}

/** How long a client believes credentials of which no end is known, in milliseconds. */
const REREAD_MS = 5_000;
/** Clients of the SDK ask again for credentials that end within this time, in milliseconds. */
const SDK_RENEWS_MS = 300_000;

/** The longest that a role's session lasts when one role assumes another, in seconds. */
const SESSION_SECONDS = 3600;

/** How long before their end a role's credentials are renewed, in milliseconds: earlier than the SDK's clients ask for it (5 minutes). */
const RENEW_MS = 360_000;

/** The tag of a session that says which Account it is for. */
const ACCOUNT_TAG = 'landfall.dev/account';

/** The external id of an Account that names none: known to both sides, and of no use to another Account. */
export function defaultExternalId(installation: string, account: string): string {
  return `landfall:${installation}:${account}`;
}

/** Where an Account's credentials come from, in words for messages. */
export function describeSource(profile: string | undefined): string {
  return profile === undefined ? 'the default credential chain' : `profile ${profile}`;
}

/** Credentials for an account, fetched when first needed, cached, and renewed before they end. */
export function credentialsFor(source: CredentialSource): AwsCredentialIdentityProvider {
  const clientConfig = {
    region: source.region,
    requestHandler: createHttpHandler(source.responseTimeoutMs),
    ...(source.endpoint !== undefined && { endpoint: source.endpoint }),
  };
  // With a profile the default chain would go on to the pod's or the instance's identity where it fails.
  const files = { clientConfig, ignoreCache: true };
  const base =
    source.profile === undefined ? currentChain(files) : fromIni({ ...files, profile: source.profile });
  if (source.roleArn === undefined) return base;
  const assumed = fromTemporaryCredentials({
    masterCredentials: reread(base),
    clientConfig,
    params: {
      RoleArn: source.roleArn,
      ExternalId: source.externalId,
      RoleSessionName: `landfall-${source.installation}`.slice(0, 64),
      DurationSeconds: SESSION_SECONDS,
      Tags: [
        { Key: TAG.installation, Value: source.installation },
        { Key: ACCOUNT_TAG, Value: source.account },
      ],
    },
  });
  return cached(assumed);
}

/**
 * For a client of the SDK, which keeps credentials without an end for ever: it looks again every few seconds, so
 * that a new session token in the files is taken without a restart.
 */
export function reread(provider: AwsCredentialIdentityProvider): AwsCredentialIdentityProvider {
  return async (options) => {
    const found = await provider(options);
    if (found.expiration !== undefined) return found;
    return { ...found, expiration: new Date(Date.now() + SDK_RENEWS_MS + REREAD_MS) };
  };
}

/** The default chain, walked anew where what it found last has no end: it would give that for ever. */
function currentChain(init: Parameters<typeof fromNodeProviderChain>[0]): AwsCredentialIdentityProvider {
  const chain = fromNodeProviderChain(init);
  let endless = false;
  return async (options) => {
    const found = await chain(endless ? { ...options, forceRefresh: true } : options);
    endless = found.expiration === undefined;
    return found;
  };
}

/** Each client keeps what it was given, but for itself: without this every service of a session would assume the role anew. */
function cached(fetch: AwsCredentialIdentityProvider): AwsCredentialIdentityProvider {
  let known: AwsCredentialIdentity | undefined;
  let fetching: Promise<AwsCredentialIdentity> | undefined;
  return async () => {
    if (known?.expiration && known.expiration.getTime() - Date.now() > RENEW_MS) return known;
    fetching ??= fetch()
      .then((fresh) => {
        known = fresh;
        return fresh;
      })
      .finally(() => {
        fetching = undefined;
      });
    return fetching;
  };
}

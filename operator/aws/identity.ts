import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { guard, type CallGuard } from './guard.ts';
import { createHttpHandler } from './http.ts';

/** Who the credentials belong to. */
export interface CallerIdentity {
  readonly accountId: string;
  readonly arn: string;
  /** When the credentials end; undefined for keys that do not. */
  readonly expiration: Date | undefined;
}

export interface IdentityOptions {
  readonly accountId: string;
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  /** Whose they are, in words. */
  readonly as: string;
  readonly endpoint: string | undefined;
  readonly callGuard: CallGuard;
}

/** Asks AWS whose credentials these are. No permission is needed for it. */
export async function callerIdentity(options: IdentityOptions): Promise<CallerIdentity> {
  const { accountId, region, credentials, as, endpoint } = options;
  const client = guard(
    new STSClient({
      region,
      credentials,
      requestHandler: createHttpHandler(),
      retryMode: 'standard',
      maxAttempts: 3,
      ...(endpoint !== undefined && { endpoint }),
    }),
    'sts',
    { accountId, region, as },
    options.callGuard,
  );
  try {
    const { expiration } = await credentials();
    const answer = await client.send(new GetCallerIdentityCommand({}));
    return { accountId: answer.Account ?? '', arn: answer.Arn ?? '', expiration };
  } finally {
    client.destroy();
  }
}

import type { LocalAws } from '../../k8s-local/aws/local-aws.ts';

/**
 * Shares things of an account with others by AWS RAM. Its client is no dependency of ours; the local AWS looks only
 * at whose the key is.
 */
export async function share(
  aws: LocalAws,
  account: string,
  resourceArn: string,
  principals: readonly string[],
): Promise<void> {
  const { accessKeyId } = aws.credentials(account);
  const scope = `${accessKeyId}/20260101/us-east-1/ram/aws4_request`;
  const answer = await fetch(`${aws.url}/createresourceshare`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify({ name: 'test', principals, resourceArns: [resourceArn] }),
  });
  if (!answer.ok) throw new Error(`CreateResourceShare: ${answer.status} ${await answer.text()}`);
}

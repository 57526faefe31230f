import { accessKeyOf } from '../../k8s-local/aws/identity-files.ts';
import type { World } from './world.ts';

/** Calls a service whose SDK is none of our dependencies, as the administrator of the home account. */
export async function plainCall(
  { aws }: World,
  service: string,
  target: string,
  params: object,
): Promise<Record<string, unknown>> {
  const { accessKeyId } = accessKeyOf('123456789012');
  const answer = await fetch(aws.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(params),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Record<string, unknown>;
}

/** Makes a parameter by its ARN; one that is there stays. */
export async function putParameter(world: World, arn: string): Promise<void> {
  const Name = arn.slice(arn.indexOf(':parameter') + ':parameter'.length);
  await plainCall(world, 'ssm', 'AmazonSSM.PutParameter', {
    Name,
    Value: 'https://x',
    Type: 'String',
    Overwrite: true,
  });
}

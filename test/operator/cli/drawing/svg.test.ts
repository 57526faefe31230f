import { expect, it } from 'vitest';
import { drawSvg } from '../../../../operator/cli/drawing/svg.ts';
import { portal, withPlans } from '../portal.ts';
import { platform } from './links.ts';

it('draws every subnet, group and endpoint of the portal as text that can be searched', async () => {
  const standing = [{ node: 'subnet/data-b', id: 'subnet-0b' }];
  const svg = await drawSvg(withPlans(await portal(), { 'SecureVpc/portal/portal': { standing } }));
  expect(svg).toMatch(/^<\?xml[\s\S]*<\/svg>\s*$/);
  expect(textsOf(svg)).toEqual(
    expect.arrayContaining([
      'us-east-1a',
      'us-east-1b',
      'private subnet',
      '10.0.36.0/22',
      'bastion',
      'ecs-telemetry',
      'Amazon S3',
      '32768-65535',
      'subnet-0b',
      'administrators',
    ]),
  );
});

it('draws accounts, services, load balancer, endpoints and the way between them in one picture', async () => {
  const svg = await drawSvg(await platform());
  expect(svg.match(/<svg/g)).toHaveLength(1);
  expect(textsOf(svg)).toEqual(
    expect.arrayContaining([
      'Account consumer-account',
      '333333333333',
      'Account provider-account',
      'VPC api-consumer',
      'VPC api-service',
      'Service api-consumer',
      'Service api-service',
      'Fargate, 1 task',
      'microservice-dev:1.0.0',
      'Network load balancer',
      'TCP 8080',
      'Target group',
      'Endpoint api-service',
      'Endpoint service',
      'PrivateLink',
    ]),
  );
});

function textsOf(svg: string): (string | undefined)[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) =>
    match[1]?.replaceAll('&#160;', ' ').trim(),
  );
}

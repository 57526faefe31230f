import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { serviceAccount, smallService } from './manifests.ts';
import type { Manifest, World } from './world.ts';

const { aws } = serviceAccount.spec as { readonly aws: { readonly grants: readonly object[] } };
const zones = { name: 'zones', namespaces: ['portal'], arns: ['arn:aws:route53:::hostedzone/*'] };
/** The Account of `serviceAccount`, whose namespace may have records in every hosted zone of it as well. */
export const edgeAccount: Manifest = {
  ...serviceAccount,
  spec: { aws: { ...aws, grants: [...aws.grants, zones] } },
};
/** Whichever zone it is: no policy names one. */
export const ANY_ZONE = 'Z0123456789ABCDEFGHIJ';

/** A service behind a web ACL, reached by a name of its own with a certificate for it. */
export const edgeService = (name: string, hostedZoneId: string): Manifest => {
  const domainName = `${name}.example.com`;
  const names = [`*.${domainName}`];
  return smallService(name, 'portal', 'services', {
    accountRef: { name: 'portal' },
    task: { containers: [{ name: 'app', image: 'edge:1', ports: [{ port: 8080 }] }] },
    loadBalancer: {
      type: 'Application',
      listeners: [
        {
          port: 443,
          protocol: 'HTTPS',
          certificate: { domainName, subjectAlternativeNames: names, hostedZoneId },
        },
      ],
      domainName: { name: domainName, hostedZoneId },
      ingress: [{ name: 'office', cidr: '10.11.0.0/16' }],
      webAcl: {
        managedRuleGroups: [{ name: 'AWSManagedRulesCommonRuleSet', priority: 10 }],
        rateLimit: { requests: 500 },
      },
      deregistrationDelaySeconds: 0,
    },
  });
};

/** Makes the hosted zone example.com and returns its id. */
export async function makeZone(world: World): Promise<string> {
  const route53 = new Route53Client(world.clientOptions());
  const made = await route53.send(
    new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'test' }),
  );
  route53.destroy();
  return made.HostedZone?.Id?.split('/').at(-1) ?? '';
}

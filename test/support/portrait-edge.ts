import {
  DescribeCertificateCommand,
  ACMClient,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
} from '@aws-sdk/client-acm';
import {
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import {
  GetWebACLCommand,
  ListResourcesForWebACLCommand,
  ListTagsForResourceCommand,
  ListWebACLsCommand,
  WAFV2Client,
} from '@aws-sdk/client-wafv2';
import { unlessGone } from '../../operator/aws/errors.ts';
import type { World } from './world.ts';

/** Web ACLs with their rules and what they are on, certificates, and the records of all hosted zones. */
export async function edgeOf(world: World): Promise<Record<string, object[]>> {
  const waf = new WAFV2Client(world.clientOptions());
  const acm = new ACMClient(world.clientOptions());
  const route53 = new Route53Client(world.clientOptions());
  try {
    const { WebACLs: acls = [] } = await waf.send(new ListWebACLsCommand({ Scope: 'REGIONAL' }));
    const { CertificateSummaryList: certificates = [] } = await acm.send(new ListCertificatesCommand({}));
    const { HostedZones: zones = [] } = await route53.send(new ListHostedZonesCommand({}));
    return {
      webAcls: await Promise.all(
        acls.map(async ({ ARN }) => {
          const found = await unlessGone(waf.send(new GetWebACLCommand({ ARN })));
          const tags = await unlessGone(waf.send(new ListTagsForResourceCommand({ ResourceARN: ARN })));
          const asked = { WebACLArn: ARN, ResourceType: 'APPLICATION_LOAD_BALANCER' } as const;
          const on = await unlessGone(waf.send(new ListResourcesForWebACLCommand(asked)));
          return {
            ...found?.WebACL,
            on: on?.ResourceArns,
            Tags: tags?.TagInfoForResource?.TagList,
          };
        }),
      ),
      certificates: await Promise.all(
        certificates.map(async ({ CertificateArn }) => {
          const found = await unlessGone(acm.send(new DescribeCertificateCommand({ CertificateArn })));
          const tags = await unlessGone(acm.send(new ListTagsForCertificateCommand({ CertificateArn })));
          return { ...found?.Certificate, Tags: tags?.Tags };
        }),
      ),
      records: (
        await Promise.all(
          zones.map(async ({ Id: HostedZoneId }) => {
            const asked = new ListResourceRecordSetsCommand({ HostedZoneId });
            return (await unlessGone(route53.send(asked)))?.ResourceRecordSets ?? [];
          }),
        )
      ).flat(),
    };
  } finally {
    for (const client of [waf, acm, route53]) client.destroy();
  }
}

import {
  AddTagsToCertificateCommand,
  DescribeCertificateCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import { TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-wafv2';
import { ZONE_TAG } from '../../operator/aws/acm/description.ts';
import { TAG } from '../../operator/graph/ownership.ts';
import { id } from '../contract/drift/case.ts';
import { changed, zoneOf } from '../contract/drift/records.ts';
import { strayAcl } from '../contract/drift/firewall.ts';
import { eventually } from './eventually.ts';
import { ANY_ZONE, edgeAccount, edgeService } from './edge-manifests.ts';
import { bounded, policyFor } from './least-privilege.ts';
import { fullNetwork, fullService, scaledService, serviceAccount, serviceNetwork } from './manifests.ts';
import { act, another, drift, orphanTags, type Provocation, undone } from './provocation.ts';
import { ELSEWHERE, LISTED } from './withheld-services.ts';
import { actionsOf } from './withheld-suite.ts';

/** The actions that a service at the edge comes to need, and no other one withholds. */
export async function actionsOfEdge(): Promise<string[]> {
  const edge = [bounded(edgeAccount), serviceNetwork, edgeService('edge', ANY_ZONE)];
  const account = bounded(serviceAccount);
  const ofNetworks = new Set(actionsOf(await policyFor([account, fullNetwork])));
  const services = [account, serviceNetwork, fullNetwork, fullService, scaledService];
  const others = new Set(actionsOf(await policyFor(services)).filter((action) => !ELSEWHERE.test(action)));
  return actionsOf(await policyFor(edge)).filter((action) => !ofNetworks.has(action) && !others.has(action));
}

const Tags = Object.entries(orphanTags(edgeService('edge', ANY_ZONE))).map(([Key, Value]) => ({
  Key,
  Value,
}));
const orphanCertificate = act((at) =>
  at.acm.send(
    new RequestCertificateCommand({ DomainName: 'orphan.example.com', ValidationMethod: 'DNS', Tags }),
  ),
);
/** One whose record was made for it: before that goes, all regions are looked through for who else needs it. */
const provedOrphan = act(async (at) => {
  const { acm } = at;
  const { CertificateArn } = await acm.send(
    new RequestCertificateCommand({ DomainName: 'proved.example.com', ValidationMethod: 'DNS' }),
  );
  const { Name, Value } = await eventually('its record is known', async () => {
    const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
    return Certificate?.DomainValidationOptions?.[0]?.ResourceRecord;
  });
  const mark = `"heritage=landfall,for=${CertificateArn}"`;
  await changed(at, 'CREATE', { Name, Type: 'CNAME', TTL: 300, ResourceRecords: [{ Value }] });
  await changed(at, 'CREATE', {
    Name: `_landfall.${Name}`,
    Type: 'TXT',
    TTL: 300,
    ResourceRecords: [{ Value: mark }],
  });
  const zone = { Key: ZONE_TAG, Value: (await zoneOf(at)).split('/').at(-1) };
  await acm.send(new AddTagsToCertificateCommand({ CertificateArn, Tags: [...Tags, zone] }));
});
/** One that lost the tag of its installation: it is looked up by its ARN. */
const untagged = undone(async (at) => {
  const ResourceARN = id(at, 'web-acl');
  await at.wafv2.send(new UntagResourceCommand({ ResourceARN, TagKeys: [TAG.installation] }));
  const Tags = [{ Key: TAG.installation, Value: 'local' }];
  return () => at.wafv2.send(new TagResourceCommand({ ResourceARN, Tags }));
});
/** Before it is deleted, a web ACL is taken off what has it. */
const without: Provocation = { how: 'edit', spec: { loadBalancer: { webAcl: null } } };
const putOn = drift('WebAclAssociation', 'webAclId missing');

/** For each action that a service at the edge needs besides, what makes the operator need it. */
export const EDGE_PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  ...LISTED,
  'acm:AddTagsToCertificate': drift('Certificate', 'tags missing'),
  'acm:DeleteCertificate': orphanCertificate,
  'acm:RemoveTagsFromCertificate': drift('Certificate', 'tags extra'),
  'acm:RequestCertificate': another,
  'ec2:DescribeRegions': provedOrphan,
  'elasticloadbalancing:CreateWebACLAssociation': putOn,
  'elasticloadbalancing:DeleteWebACLAssociation': without,
  'elasticloadbalancing:DescribeWebACLAssociation': without,
  'elasticloadbalancing:SetWebACL': putOn,
  'route53:ChangeResourceRecordSets': drift('LoadBalancerName', 'record missing'),
  'wafv2:AssociateWebACL': putOn,
  'wafv2:CreateWebACL': another,
  'wafv2:DeleteWebACL': act(strayAcl),
  'wafv2:DisassociateWebACL': without,
  'wafv2:ListResourcesForWebACL': without,
  'wafv2:ListTagsForResource': untagged,
  'wafv2:TagResource': drift('WebAcl', 'tags missing'),
  'wafv2:UntagResource': drift('WebAcl', 'tags extra'),
  'wafv2:UpdateWebACL': drift('WebAclRules', 'rules[*] extra'),
};

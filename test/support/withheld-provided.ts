import * as ec2 from '@aws-sdk/client-ec2';
import { readPermissions } from '../../operator/aws/least-privilege.ts';
import { privateLinkKind } from '../../operator/controllers/private-link-endpoint.ts';
import { id, one } from '../contract/drift/case.ts';
import { ANY_ZONE, edgeAccount } from './edge-manifests.ts';
import { bounded, policyFor } from './least-privilege.ts';
import { link } from './link-manifests.ts';
import { fullNetwork, fullService, granted, serviceNetwork, smallService } from './manifests.ts';
import { act, anew, another, drift, orphanTags, type Provocation } from './provocation.ts';
import { actionsOf } from './withheld-suite.ts';

const own = { accountRef: { name: 'portal' } };

/** A service behind a Network load balancer, which can be offered to others. */
export const offered = smallService('api', 'portal', 'services', {
  ...own,
  task: { containers: [{ name: 'app', image: 'api:1', ports: [{ port: 8080 }] }] },
  loadBalancer: {
    type: 'Network',
    listeners: [{ port: 8080, protocol: 'TCP' }],
    deregistrationDelaySeconds: 0,
  },
});

/** It is offered to whoever is in the same account, under a name of its own in a hosted zone. */
export const offer = (name: string, privateDnsHostedZoneId: string) =>
  link(name, 'portal', {
    ...own,
    provide: {
      serviceRef: { name: 'api' },
      privateDnsName: `${name}.example.com`,
      privateDnsHostedZoneId,
      allowedAccounts: ['123456789012'],
      notifications: [{ topicArn: granted.topic, events: ['Connect', 'Delete'] }],
    },
  });

/** What is rejected is of accounts that are let in no more: privatelink-lifecycle.test.ts, with the least policy, too. */
const OF_TWO_ACCOUNTS = 'ec2:RejectVpcEndpointConnections';

/** The actions that a provider needs, and neither networks nor services. */
export async function actionsOfProvider(): Promise<string[]> {
  const account = bounded(edgeAccount);
  const setting = [account, serviceNetwork, offered];
  const others = new Set(actionsOf(await policyFor([...setting, fullNetwork, fullService])));
  const all = actionsOf(await policyFor([...setting, offer('api', ANY_ZONE)]));
  return all.filter((action) => !others.has(action) && action !== OF_TWO_ACCOUNTS);
}

const TagSpecifications = [
  {
    ResourceType: 'vpc-endpoint-service' as const,
    Tags: Object.entries(orphanTags(offer('api', ANY_ZONE))).map(([Key, Value]) => ({ Key, Value })),
  },
];
/** An endpoint service that is to go, in front of the same load balancer. */
const orphanService = act(async (at) => {
  const ServiceIds = [id(at, 'endpoint-service')];
  const found = await at.ec2.send(new ec2.DescribeVpcEndpointServiceConfigurationsCommand({ ServiceIds }));
  const { NetworkLoadBalancerArns } = one(found.ServiceConfigurations, 'endpoint service');
  await at.ec2.send(
    new ec2.CreateVpcEndpointServiceConfigurationCommand({ NetworkLoadBalancerArns, TagSpecifications }),
  );
});
const NOTIFICATIONS = 'EndpointServiceNotifications';
/** For each action that a provider needs besides, what makes the operator need it. */
export const PROVIDER_PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  ...Object.fromEntries(
    readPermissions(privateLinkKind.on.aws.nodeKinds).map(({ action }) => [action, anew]),
  ),
  'ec2:AcceptVpcEndpointConnections': drift(
    'EndpointConnections',
    'connections[*] changed (an endpoint more)',
  ),
  'ec2:CreateVpcEndpointConnectionNotification': drift(NOTIFICATIONS, 'notifications[*] missing'),
  'ec2:CreateVpcEndpointServiceConfiguration': another,
  'ec2:DeleteVpcEndpointConnectionNotifications': drift(NOTIFICATIONS, 'notifications[*] extra'),
  'ec2:DeleteVpcEndpointServiceConfigurations': orphanService,
  'ec2:ModifyVpcEndpointConnectionNotification': drift(NOTIFICATIONS, 'notifications[*] changed'),
  'ec2:ModifyVpcEndpointServiceConfiguration': drift('EndpointService', 'acceptanceRequired changed'),
  'ec2:ModifyVpcEndpointServicePermissions': drift('EndpointServicePermissions', 'principals[*] extra'),
  'ec2:StartVpcEndpointServicePrivateDnsVerification': drift(
    'PrivateNameVerification',
    'verification changed',
  ),
  'route53:ChangeResourceRecordSets': drift('PrivateNameRecord', 'record missing'),
};

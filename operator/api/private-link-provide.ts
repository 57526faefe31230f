import { z } from 'zod';
import { hostedZoneId } from './domain-names.ts';
import { listMap, setOf, topicArn } from './fields.ts';
import { fixedReferenceTo } from './references.ts';
import { matches, withRules } from './rule.ts';

const account = withRules(
  z.string().max(63),
  matches(
    '^([0-9]{12}|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$',
    '{self} is neither the id of an account nor the name of an Account: write 12 digits, or the name',
  ),
);

const endpointId = withRules(
  z.string().max(22),
  matches(
    '^vpce-[0-9a-f]{8,17}$',
    '{self} is not the id of an endpoint: write it as AWS does, for example vpce-0a1b2c3d4e5f60718',
  ),
);

const privateDnsName = withRules(
  z.string().max(253),
  matches(
    '^(\\*\\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\\.)+[a-z]{2,}$',
    '{self} is not the name of a host: write it in small letters and without a dot at the end, for example api.example.com',
  ),
);

/** AWS's words for what happens to a connection: EC2 API reference, CreateVpcEndpointConnectionNotification. */
const EVENTS = ['Accept', 'Connect', 'Delete', 'Reject'] as const;

const notification = z.strictObject({
  topicArn: topicArn.describe(
    'ARN of the SNS topic that is told. A grant of the Account has to cover it, and its own policy has to let `vpce.amazonaws.com` publish.',
  ),
  events: setOf(z.enum(EVENTS), EVENTS.length)
    .min(1)
    .default([...EVENTS])
    .describe(
      'What is told: that an endpoint asks to be connected (Connect), that one is accepted or rejected, that one is deleted. Default: everything.',
    ),
});

/** What an account offers to the networks of others. */
export const provide = withRules(
  z
    .strictObject({
      serviceRef: fixedReferenceTo('EcsService', 'provide.serviceRef').describe(
        'The service that is offered, which needs a load balancer of type Network. Its inbound rules have to name consumers by the addresses of their own networks, unless its privateLinkInboundRules is Ignored. It is in the same account and region, and cannot change later.',
      ),
      allowedAccounts: setOf(account, 100)
        .default([])
        .describe(
          'Accounts that may make endpoints to the service, by 12-digit id or by the name of an Account. With acceptance AllowList the endpoints of these are accepted, whoever made them. Objects of this kind that name this one as their provider need no entry: they are let in one by one.',
        ),
      acceptance: z
        .enum(['AllowList', 'Manual', 'Auto'])
        .default('AllowList')
        .describe(
          'Which endpoints are connected. AllowList: those of `allowedAccounts`, and those of objects that name this one as their provider. Manual: only those in `acceptedEndpoints`. Auto: whoever may make one.',
        ),
      acceptedEndpoints: setOf(endpointId, 100)
        .default([])
        .describe('Ids of the endpoints that are connected. Only with acceptance Manual.'),
      privateDnsName: privateDnsName
        .optional()
        .describe(
          'Name by which consumers may call the service in place of that of their endpoint. AWS wants a TXT record first, which proves that the domain is yours: `status.privateDns` says which. With `privateDnsHostedZoneId` it is made. Else, when it is published, have AWS look: `aws ec2 start-vpc-endpoint-service-private-dns-verification --service-id` with `status.serviceId`.',
        ),
      privateDnsHostedZoneId: hostedZoneId
        .optional()
        .describe(
          'Id of the public hosted zone, of the same account, in which the record is made that proves `privateDnsName`; AWS is then asked to look for it until it is verified. A grant of the Account has to cover `arn:aws:route53:::hostedzone/<id>`.',
        ),
      notifications: listMap(notification, 'topicArn', 10)
        .optional()
        .describe(
          'Who hears of connections, one entry a topic. Others that somebody adds are taken away; an empty list takes all away, and without the field nobody looks.',
        ),
    })
    .describe('Offers a service to other networks and accounts.'),
  {
    cel: '!has(self.privateDnsHostedZoneId) || has(self.privateDnsName)',
    message:
      'privateDnsHostedZoneId is for the record that proves privateDnsName: give the name, or take the zone away',
    path: ['privateDnsHostedZoneId'],
    check: (self) => self.privateDnsHostedZoneId === undefined || self.privateDnsName !== undefined,
  },
  {
    cel: "!has(self.acceptedEndpoints) || self.acceptedEndpoints.size() == 0 || self.acceptance == 'Manual'",
    message:
      'acceptedEndpoints says nothing with acceptance {self.acceptance}: set it to Manual, or leave acceptedEndpoints out',
    path: ['acceptedEndpoints'],
    check: (self) => self.acceptedEndpoints.length === 0 || self.acceptance === 'Manual',
  },
);
export type Provide = z.output<typeof provide>;

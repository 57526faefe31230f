import { z } from 'zod';
import { TIER_NAMES } from './endpoints.ts';
import { LabelSchema, listMap, onOff, PortSchema, setOf, ZoneLetterSchema } from './fields.ts';
import { fixedReferenceTo } from './references.ts';
import { immutable, matches, withRules } from './rule.ts';

const instead = 'make a new PrivateLinkEndpoint for the other one and delete this one';

const serviceName = withRules(
  z.string().max(128),
  matches(
    '^(cn\\.)?com\\.amazonaws\\.vpce\\.[a-z0-9-]+\\.vpce-svc-[0-9a-f]{8,17}$',
    '{self} is not the name of an endpoint service: write it as its owner tells it, for example com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718',
  ),
  immutable('consume.serviceName', instead),
);

/** The way of a network to what somebody offers. */
export const consume = withRules(
  z
    .strictObject({
      from: fixedReferenceTo('PrivateLinkEndpoint', 'consume.from')
        .optional()
        .describe(
          'The object that provides the service, in whatever account, and in the same region. In another namespace it has to let this one in. Either this or `serviceName`; it cannot change later.',
        ),
      serviceName: serviceName
        .optional()
        .describe(
          'Name of the endpoint service, where its provider is no object of this cluster. It is waited for until its provider lets the account in. Either this or `from`; it cannot change later.',
        ),
      networkRef: fixedReferenceTo('SecureVpc', 'consume.networkRef').describe(
        'The network in which the endpoint stands. It is in the same account and region as this object, and cannot change later.',
      ),
      tier: z
        .enum(TIER_NAMES)
        .default('private')
        .describe('Tier of the network whose subnets hold the endpoint, one subnet a zone.'),
      zones: setOf(ZoneLetterSchema, 8)
        .min(1)
        .optional()
        .describe(
          'Letters of the zones of the network in which the endpoint stands. Default: all those that the service has too, whatever its provider’s account calls them.',
        ),
      ports: listMap(z.strictObject({ port: PortSchema.describe('TCP port.') }), 'port', 20)
        .min(1)
        .describe('Ports of the service: those on which its load balancer listens.'),
      allowFrom: listMap(
        z.strictObject({
          name: LabelSchema.describe('Name of the EcsService.'),
          namespace: LabelSchema.optional().describe(
            'Its namespace; default that of this object. Another one has to let this one in, by `allowReferencesFrom`.',
          ),
        }),
        'name',
        20,
      )
        .default([])
        .describe(
          'The services whose tasks may use the endpoint, by name. They run in the same network. Nobody else may. Each is let out to it by its own `environmentFrom`.',
        ),
      privateDns: onOff
        .default('Disabled')
        .describe(
          'Whether the private name of the service resolves to the endpoint, in the whole network. It is enabled as soon as the provider has accepted the connection; the provider’s domain has to be verified.',
        ),
    })
    .describe('Makes a way from a network to a service that somebody provides.'),
  {
    cel: 'has(self.from) != has(self.serviceName)',
    message:
      'consume needs one of from and serviceName: name the object that provides the service, or the endpoint service where it is none of this cluster',
    check: ({ from, serviceName: name }) => (from === undefined) !== (name === undefined),
  },
  {
    cel: 'has(self.from) == has(oldSelf.from)',
    message: `consume.from and consume.serviceName cannot take each other's place: ${instead}`,
    transition: true,
  },
);
export type Consume = z.output<typeof consume>;

import { z } from 'zod';
import { approvalStatus, commonSpec, commonStatus, objectSchema, targetStatus } from './common.ts';
import { listMap, setOf } from './fields.ts';
import { consume } from './private-link-consume.ts';
import { provide } from './private-link-provide.ts';
import { allowReferencesFrom } from './references.ts';
import { withRules } from './rule.ts';

const spec = withRules(
  z
    .strictObject({
      ...commonSpec,
      provide: provide.optional(),
      consume: consume.optional(),
      allowReferencesFrom: allowReferencesFrom.describe(
        'Other namespaces whose objects may name this one as their provider. Those of its own namespace always may. Where a namespace is taken off, the connections of its objects are rejected.',
      ),
    })
    .describe('The side of the connection that is wanted: `provide` or `consume`.'),
  {
    cel: 'has(self.provide) != has(self.consume)',
    message:
      'a PrivateLinkEndpoint has one of provide and consume: one object offers a service, another one for each network uses it',
    check: (self) => (self.provide === undefined) !== (self.consume === undefined),
  },
  {
    cel: 'has(self.provide) == has(oldSelf.provide)',
    message:
      'provide and consume cannot take each other’s place: make a new PrivateLinkEndpoint for the other side and delete this one',
    transition: true,
  },
);

const id = (what: string) => z.string().max(64).optional().describe(what);
const connectionState = z
  .string()
  .max(32)
  .describe(
    'How far it is, in AWS’s word and small letters: pendingacceptance, pending, available, rejected, deleting or failed.',
  );

const status = z
  .object({
    ...commonStatus,
    ...targetStatus,
    ...approvalStatus,
    serviceId: id('Id of the endpoint service that is provided.'),
    serviceName: z
      .string()
      .max(128)
      .optional()
      .describe('Name of the endpoint service, by which others may make endpoints to it.'),
    privateDns: z
      .object({
        name: z.string().max(253).describe('The name.'),
        state: z
          .string()
          .max(32)
          .describe('Whether AWS has seen the record: pendingVerification, verified or failed.'),
        recordType: z.string().max(16).describe('Type of the record that proves that the domain is yours.'),
        recordName: z.string().max(253).describe('Name of the record, below the domain.'),
        recordValue: z.string().max(255).describe('Value of the record.'),
      })
      .optional()
      .describe('The private name of the service that is provided, and the record that AWS wants to see.'),
    connections: listMap(
      z.object({
        endpointId: z.string().max(64).describe('Id of the endpoint.'),
        accountId: z.string().max(12).describe('Account that it is in.'),
        state: connectionState,
      }),
      'endpointId',
      500,
    )
      .optional()
      .describe('Endpoints that are, or want to be, connected to the service that is provided.'),
    endpointId: id('Id of the endpoint.'),
    endpointState: connectionState.optional(),
    dnsNames: setOf(z.string().max(255), 20)
      .optional()
      .describe('Names of the endpoint: first that of all its zones, then one a zone, then private ones.'),
    securityGroupId: id('Id of the security group of the endpoint.'),
  })
  .describe('What the operator did and found; only the operator writes it.');
export type PrivateLinkEndpointStatus = z.output<typeof status>;

/** One side of a private connection between networks: an endpoint service, or an endpoint to one. */
export const PrivateLinkEndpointSchema = objectSchema('PrivateLinkEndpoint', spec, status.prefault({}));
export type PrivateLinkEndpoint = z.output<typeof PrivateLinkEndpointSchema>;

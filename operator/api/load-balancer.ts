import { z } from 'zod';
import { CertificateSchema, ServedNameSchema } from './domain-names.ts';
import { anyIpv4Cidr, LabelSchema, listMap, PortSchema } from './fields.ts';
import { GROUP_NAMES } from './group-rules.ts';
import { balancerRules, ingressRules, listenerRules } from './load-balancer-rules.ts';
import { immutable, matches, withRules } from './rule.ts';
import { exposure } from './traffic.ts';
import { WebAclSchema } from './web-acl.ts';

const INSTEAD =
  'take spec.loadBalancer away, which interrupts whoever uses it, and give the new one when the former is gone, or move to a new EcsService';

/** A name of a load balancer or target group: API reference, CreateLoadBalancer and CreateTargetGroup. */
const elbName = (field: string, what: string) =>
  withRules(
    z.string().max(32).describe(what),
    matches(
      '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$',
      '{self} is not a name that Elastic Load Balancing takes: use letters, digits and inner hyphens, at most 32',
    ),
    immutable(`loadBalancer.${field}`, INSTEAD),
  );

const certificateArn = withRules(
  z
    .string()
    .max(2048)
    .describe(
      'ARN of the certificate in ACM, of the same account and region, with which HTTPS and TLS are answered. A grant of the Account has to cover it.',
    ),
  matches(
    '^arn:aws(-[a-z]+)*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$',
    '{self} is not the ARN of a certificate in ACM: write it as AWS does, for example arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012',
  ),
);

const listener = z.strictObject({
  port: PortSchema.describe('Port on which it listens.'),
  protocol: z
    .enum(['HTTP', 'HTTPS', 'TCP', 'TLS'])
    .describe(
      'Protocol: HTTP or HTTPS of an Application load balancer, TCP or TLS of a Network one. HTTPS and TLS end at the load balancer.',
    ),
  certificateArn: certificateArn.optional(),
  certificate: CertificateSchema.optional(),
  redirectTo: PortSchema.optional().describe(
    'Port of a listener with HTTPS to which clients are sent, by HTTP 301. Without it requests go to the tasks.',
  ),
});

const target = z
  .strictObject({
    container: z
      .string()
      .max(255)
      .optional()
      .describe('Name of the container. Default: the only one that has such a port.'),
    port: PortSchema.optional().describe(
      'Its port, with protocol tcp. Default: its only one. A strict network ACL has to let it through, which it does if it is one of `securityGroups.ecs.ports` of the network.',
    ),
  })
  .prefault({})
  .describe('Where in a task the load balancer sends requests.');

const healthCheck = z
  .strictObject({
    protocol: z
      .enum(['HTTP', 'HTTPS', 'TCP'])
      .optional()
      .describe(
        'How targets are asked. Default: HTTP of an Application load balancer, TCP of a Network one.',
      ),
    path: withRules(
      z.string().max(1024).describe('What is asked for over HTTP and HTTPS. Default: `/`.'),
      matches('^/[^ ]*$', '{self} is not a path: begin with / and leave no blanks, for example /health'),
    ).optional(),
    successCodes: withRules(
      z
        .string()
        .max(64)
        .describe(
          'Status codes of a healthy target over HTTP and HTTPS, with commas and ranges. Default: 200.',
        ),
      matches(
        '^[2-5][0-9]{2}(-[2-5][0-9]{2})?(,[2-5][0-9]{2}(-[2-5][0-9]{2})?)*$',
        '{self} are not status codes: write them with commas and ranges, for example 200-299,301',
      ),
    ).optional(),
    intervalSeconds: z.int().min(5).max(300).default(30).describe('Seconds between two checks of a target.'),
    timeoutSeconds: z.int().min(2).max(120).default(5).describe('Seconds after which a check has failed.'),
    healthyThreshold: z
      .int()
      .min(2)
      .max(10)
      .default(2)
      .describe('Successes in a row after which a target is healthy.'),
    unhealthyThreshold: z
      .int()
      .min(2)
      .max(10)
      .default(3)
      .describe('Failures in a row after which it is unhealthy, and ECS replaces its task.'),
  })
  .prefault({})
  .describe('How the load balancer finds out which tasks may have requests.');

const peer = withRules(
  z.strictObject({
    name: LabelSchema.describe('Name of the rule, chosen by you; it begins the description that AWS keeps.'),
    cidr: anyIpv4Cidr().optional().describe('Who: a block of addresses.'),
    group: z
      .enum(GROUP_NAMES)
      .optional()
      .describe('Who: what is in a security group of the network, which has to open its own way out.'),
    exposure,
  }),
  ...ingressRules,
);

/** What stands before the tasks of a service. */
export const LoadBalancerSchema = withRules(
  z
    .strictObject({
      type: withRules(
        z
          .enum(['Application', 'Network'])
          .describe('Application for HTTP, Network for TCP and for PrivateLink. It cannot change later.'),
        immutable('loadBalancer.type', INSTEAD),
      ),
      scheme: withRules(
        z
          .enum(['Internal', 'InternetFacing'])
          .default('Internal')
          .describe(
            'Internal stands in the private subnets of the network, InternetFacing in the public ones. It cannot change later.',
          ),
        immutable('loadBalancer.scheme', INSTEAD),
      ),
      name: elbName(
        'name',
        'Name of the load balancer. Default: `<name>-<environment>-load-balancer` of this object. It cannot change later.',
      ).optional(),
      targetGroupName: elbName(
        'targetGroupName',
        'Name of the target group. Default: `<name>-<environment>-target-group` of this object. It cannot change later.',
      ).optional(),
      listeners: listMap(withRules(listener, ...listenerRules), 'port', 10)
        .min(1)
        .describe('The ports on which it listens.'),
      domainName: ServedNameSchema.optional(),
      ingress: listMap(peer, 'name', 20)
        .default([])
        .describe(
          'Who may connect to its listeners, besides those that the group `alb` of the network lets in. AWS takes 60 rules a group and direction unless the quota is raised; each of these is one a listener.',
        ),
      privateLinkInboundRules: z
        .enum(['Enforced', 'Ignored'])
        .optional()
        .describe(
          'Of a Network load balancer: whether who comes by PrivateLink has to be let in by the inbound rules of its groups as well. With Enforced AWS drops, without a word, whom no rule names by the address that it has in its own network; with Ignored the endpoint service alone says who may connect. Default: Enforced.',
        ),
      target,
      healthCheck,
      webAcl: WebAclSchema.optional(),
      deregistrationDelaySeconds: z
        .int()
        .min(0)
        .max(3600)
        .default(300)
        .describe('Seconds that a task which is replaced has to end its connections.'),
    })
    .describe(
      'A load balancer before the tasks, with its listeners, target group and security group. It has two groups: the network’s `alb`, where that has one, and one of its own, from which alone the tasks are reached.',
    ),
  ...balancerRules,
);
export type LoadBalancer = z.output<typeof LoadBalancerSchema>;
/** A port on which it listens. */
export type Listener = LoadBalancer['listeners'][number];

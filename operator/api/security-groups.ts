import { z } from 'zod';
import { anyIpv4Cidr, LabelSchema, listMap, PortSchema, setOf } from './fields.ts';
import { ClosedGroupRulesSchema, groupNameRules, OpenGroupRulesSchema } from './group-rules.ts';
import { withRules } from './rule.ts';

const namedPort = z.strictObject({
  name: LabelSchema.describe('Name of the rule, chosen by you.'),
  port: PortSchema.describe('TCP port.'),
});

/** TCP ports by name; AWS refuses a second rule for the same port, so each appears once. */
function portList(description: string) {
  return withRules(listMap(namedPort, 'name', 20).describe(description), {
    cel: 'self.all(p, self.exists_one(q, q.port == p.port))',
    message: 'port {port} is listed twice: AWS keeps one rule for a port, so keep one of the names',
    check: (self) => twice(self) === undefined,
    show: {
      port: {
        cel: 'self.filter(p, !self.exists_one(q, q.port == p.port))[0].port',
        of: (self) => String(twice(self)),
      },
    },
  });
}

function twice(ports: readonly { port: number }[]): number | undefined {
  return ports.find((one) => ports.filter((other) => other.port === one.port).length > 1)?.port;
}

const portRange = withRules(
  z.strictObject({
    name: LabelSchema.describe('Name of the rule, chosen by you.'),
    fromPort: PortSchema.describe('First TCP port.'),
    toPort: PortSchema.describe('Last TCP port.'),
  }),
  {
    cel: 'self.fromPort <= self.toPort',
    message:
      'range {self.name} ends at {self.toPort} before it begins at {self.fromPort}: swap fromPort and toPort',
    path: ['fromPort'],
    check: (self) => self.fromPort <= self.toPort,
  },
);

/** Ranges by name; AWS refuses a second rule for the same range. */
const portRanges = withRules(listMap(portRange, 'name', 20), {
  cel: 'self.all(p, self.exists_one(q, q.fromPort == p.fromPort && q.toPort == p.toPort))',
  message:
    'the range of ports {name} is listed twice: AWS keeps one rule for a range, so keep one of the names',
  check: (self) => twin(self) === undefined,
  show: {
    name: {
      cel: 'self.filter(p, !self.exists_one(q, q.fromPort == p.fromPort && q.toPort == p.toPort))[0].name',
      of: (self) => twin(self)?.name ?? '',
    },
  },
});

function twin<R extends z.output<typeof portRange>>(ranges: readonly R[]): R | undefined {
  return ranges.find(
    (one) =>
      ranges.filter((other) => other.fromPort === one.fromPort && other.toPort === one.toPort).length > 1,
  );
}

const adminCidr = withRules(anyIpv4Cidr(), {
  cel: "self != '0.0.0.0/0'",
  message: '{self} would open the bastion to everybody: list the networks that your administrators come from',
  check: (self) => self !== '0.0.0.0/0',
});

const groups = z
  .strictObject({
    alb: z
      .strictObject({
        ingress: z
          .strictObject({
            cidrs: setOf(anyIpv4Cidr(), 50).default(['0.0.0.0/0']).describe('Networks that may connect.'),
            ports: portList('TCP ports that are open to them.').default([
              { name: 'http', port: 80 },
              { name: 'https', port: 443 },
            ]),
          })
          .prefault({})
          .describe('What may connect from outside.'),
        rules: OpenGroupRulesSchema.optional(),
      })
      .optional()
      .describe('Load balancers: open to `ingress`, and may connect to the ports of `ecs`.'),
    ecs: z
      .strictObject({
        ports: portRanges
          .default([{ name: 'host-ports', fromPort: 32_768, toPort: 65_535 }])
          .describe(
            'TCP ports that `alb` may connect to. The default is the range from which Docker takes host ports in bridge mode.',
          ),
        rules: OpenGroupRulesSchema.optional(),
      })
      .optional()
      .describe(
        'Containers and their instances: open to `alb`, and on 22 to `bastion`; may connect to the ports of `data`, to `endpoints`, to services with a Gateway endpoint and, with `nat`, to the internet on 443.',
      ),
    data: z
      .strictObject({
        ports: portList(
          'TCP ports that `ecs` and `bastion` may connect to. Without any, nothing is open.',
        ).default([]),
        rules: ClosedGroupRulesSchema.optional(),
      })
      .optional()
      .describe(
        'Databases and caches: open to `ecs` and `bastion` on the given ports; may connect to nothing.',
      ),
    endpoints: z
      .strictObject({ rules: ClosedGroupRulesSchema.optional() })
      .optional()
      .describe('Interface endpoints: open to `ecs` and `bastion` on 443; may connect to nothing.'),
    bastion: z
      .strictObject({
        adminCidrs: setOf(adminCidr, 50).min(1).describe('Networks that administrators come from.'),
        port: PortSchema.default(22).describe('TCP port that is open to them.'),
        rules: ClosedGroupRulesSchema.optional(),
      })
      .optional()
      .describe(
        'A jump host: open to `adminCidrs`; may connect to `ecs` on 22, to the ports of `data` and to `endpoints`.',
      ),
  })
  .describe(
    'Security groups by tier, with only the rules that the tiers need of each other, and `rules` of your own. A group is made if its member is given.',
  );

/** One security group per tier, with the rules between tiers. A group exists if its member is present. */
export const SecurityGroupsSchema = withRules(groups, ...groupNameRules);
export type SecurityGroups = z.output<typeof SecurityGroupsSchema>;
/** Name of a security group: the member's name. */
export type SecurityGroupName = keyof SecurityGroups;

import type { SecurityGroup } from '@aws-sdk/client-ec2';
import type { GroupRuleInput } from '../../api/group-rules.ts';
import { rulesOf, type Rule } from '../../aws/ec2/security-group-permissions.ts';
import { must } from '../../aws/kind.ts';
import type { VpcSurvey } from './survey.ts';

/** A group of the VPC as a member of `spec.securityGroups`, as it would be if its rules were those. */
export interface GroupDraft {
  readonly id: string;
  readonly spec: { readonly rules?: readonly GroupRuleInput[] };
}

const SSH = 22;
/** What people call ports. */
const PORT_NAMES: Readonly<Record<number, string>> = {
  80: 'http',
  443: 'https',
  1433: 'sqlserver',
  3306: 'mysql',
  5432: 'postgres',
  6379: 'redis',
};

/**
 * Finds which group of a VPC might be which of a SecureVpc, by who may connect to whom. Whether the rules are just
 * those that a SecureVpc would give is for a plan to say.
 */
export function groupsIn({ securityGroups, endpoints }: VpcSurvey): Map<string, GroupDraft> {
  const groups = securityGroups.filter(({ GroupName }) => GroupName !== 'default');
  const drafts = new Map<string, GroupDraft>();
  const free = () => groups.filter((group) => ![...drafts.values()].some(({ id }) => id === group.GroupId));
  const take = (
    name: string,
    group: SecurityGroup | undefined,
    spec: (ingress: readonly Rule[]) => object,
  ) => {
    if (!group) return;
    drafts.set(name, { id: must(group.GroupId, 'GroupId'), spec: spec(rulesOf(group, 'ingress')) });
  };
  const idOf = (name: string) => drafts.get(name)?.id ?? '';
  const from = (...names: string[]) => {
    const peers = new Set(names.map(idOf).filter((id) => id !== ''));
    const isFrom = ({ peer }: Rule) => peers.has(peer);
    const ingressOf = (group: SecurityGroup) => rulesOf(group, 'ingress');
    // Rather one that nobody else may connect to; what others may is for rules of its own.
    return (
      free().find((group) => ingressOf(group).length > 0 && ingressOf(group).every(isFrom)) ??
      free().find((group) => ingressOf(group).some(isFrom))
    );
  };
  const onEndpoints = endpoints.flatMap(({ Groups }) =>
    (Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
  );
  const [endpointGroup, ...others] = [...new Set(onEndpoints)];
  if (others.length === 0)
    take(
      'endpoints',
      groups.find(({ GroupId }) => GroupId === endpointGroup),
      () => ({}),
    );
  take('bastion', free().find(isBastion), (ingress) => ({
    adminCidrs: unique(ingress.map(({ peer }) => peer)),
    port: ingress[0]?.fromPort ?? SSH,
  }));
  take('alb', free().find(isFromOutside), (ingress) => ({
    ingress: {
      cidrs: unique(ingress.map(({ peer }) => peer)),
      ports: ports(ingress),
    },
  }));
  take('ecs', from('alb', 'bastion'), (ingress) => ({
    ports: ranges(ingress.filter(({ protocol, peer }) => protocol === 'tcp' && peer === idOf('alb'))),
  }));
  take('data', from('ecs', 'bastion'), (ingress) => ({
    ports: ports(
      ingress.filter((rule) => isPort(rule) && [idOf('ecs'), idOf('bastion')].includes(rule.peer)),
    ),
  }));
  return drafts;
}

function isBastion(group: SecurityGroup): boolean {
  const ingress = rulesOf(group, 'ingress');
  return (
    ingress.length > 0 &&
    ingress.every(
      (rule) => isCidr(rule) && rule.fromPort === SSH && rule.toPort === SSH && rule.peer !== '0.0.0.0/0',
    )
  );
}

function isFromOutside(group: SecurityGroup): boolean {
  const ingress = rulesOf(group, 'ingress');
  return ingress.length > 0 && ingress.every((rule) => isCidr(rule) && isPort(rule));
}

function isPort({ protocol, fromPort, toPort }: Rule): boolean {
  return protocol === 'tcp' && fromPort === toPort;
}

function isCidr({ peer, protocol }: Rule): boolean {
  return protocol === 'tcp' && /^[0-9.]+\/[0-9]+$/.test(peer);
}

function ports(rules: readonly Rule[]): object[] {
  return unique(rules.map(({ fromPort }) => fromPort))
    .sort((a, b) => a - b)
    .map((port) => ({ name: PORT_NAMES[port] ?? `tcp-${port}`, port }));
}

function ranges(rules: readonly Rule[]): object[] {
  return [...new Map(rules.map((rule) => [`${rule.fromPort}-${rule.toPort}`, rule])).values()].map(
    ({ fromPort, toPort }) => ({
      name: fromPort === toPort ? (PORT_NAMES[fromPort] ?? `tcp-${fromPort}`) : `tcp-${fromPort}-${toPort}`,
      fromPort,
      toPort,
    }),
  );
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

import type { AdoptedNode } from '../../api/common.ts';
import type { Draft } from './draft.ts';
import { furtherBlocks } from './tiers.ts';

/** The spec that the draft stands for, without Account and region. */
export function specOf(draft: Draft): object {
  const { survey, tiers, dhcpOptionsId, nat, groups, endpoints, transitGateway, flowLogs } = draft;
  const { placed } = tiers;
  const further = furtherBlocks(survey.vpc);
  const given = nat.members.filter(({ isGiven }) => isGiven);
  const names = [...new Set(placed.map(({ tier }) => tier))];
  const onOff = (isOn: boolean) => (isOn ? 'Enabled' : 'Disabled');
  return {
    cidr: survey.vpc.CidrBlock,
    ...(further.length > 0 && { secondaryCidrs: further }),
    zones: { names: [...new Set(placed.map(({ zone }) => zone))].sort() },
    dns: {
      support: onOff(survey.attributes.dnsSupport),
      hostnames: onOff(survey.attributes.dnsHostnames),
    },
    ...(dhcpOptionsId !== undefined && { dhcpOptions: { id: dhcpOptionsId } }),
    tiers: names.map((name) => ({
      name,
      networkAcl: 'None',
      subnets: placed
        .filter(({ tier }) => tier === name)
        .map(({ zone, cidr }) => ({ zone: zone.slice(-1), cidr })),
    })),
    ...(nat.mode !== 'None' && {
      nat: {
        mode: nat.mode,
        ...(given.length > 0 && {
          elasticIps: given.map(({ letter: zone, allocationId }) => ({ zone, allocationId })),
        }),
      },
    }),
    ...(groups.size > 0 && {
      securityGroups: Object.fromEntries([...groups].map(([name, { spec }]) => [name, spec])),
    }),
    ...(endpoints.size > 0 && { endpoints: [...endpoints.values()].map(({ spec }) => spec) }),
    ...(transitGateway.attachment && { transitGateway: transitGateway.attachment.spec }),
    flowLogs: flowLogs.spec,
  };
}

/** Every node of the draft that stands already, with its id. */
export function adoptedIn(draft: Draft): AdoptedNode[] {
  const { survey, tiers, nat, tables, groups, endpoints, transitGateway, flowLogs, withoutTable } = draft;
  const attachment = transitGateway.attachment?.id;
  const isPublic = tiers.placed.some(({ tier }) => tier === 'public');
  const gateway = isPublic ? survey.internetGateway?.InternetGatewayId : undefined;
  return [
    { node: 'vpc', id: survey.vpc.VpcId ?? '' },
    ...(gateway === undefined ? [] : [{ node: 'internet-gateway', id: gateway }]),
    ...[...tables.tables]
      .filter(([key]) => !withoutTable.has(key))
      .map(([key, id]) => ({ node: `route-table/${key}`, id })),
    ...tiers.placed.flatMap(({ tier, zone, id }) =>
      id === undefined ? [] : [{ node: `subnet/${tier}-${zone.slice(-1)}`, id }],
    ),
    ...nat.members.flatMap(({ letter, id, allocationId, isGiven }) => [
      ...(isGiven ? [] : [{ node: `elastic-ip/${letter}`, id: allocationId }]),
      { node: `nat-gateway/${letter}`, id },
    ]),
    ...(attachment === undefined ? [] : [{ node: 'transit-gateway-attachment', id: attachment }]),
    ...[...groups].map(([name, { id }]) => ({ node: `security-group/${name}`, id })),
    ...[...endpoints.values()].map(({ service, id }) => ({ node: `endpoint/${service}`, id })),
    ...flowLogs.adopt,
  ];
}

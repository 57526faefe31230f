import { COMMON_FIELDS, DELETION_FIELDS } from './common.ts';
import { does, type FieldMeanings, without } from './meaning.ts';

const NETWORK = 'operator/compile/local/secure-vpc/secure-vpc.test.ts#';
const REFUSALS = 'operator/compile/local/refusals.test.ts#';

const NO_SUBNETS =
  'Pods have the addresses that the cluster gives them: there are no blocks, subnets and zones of their own.';
const NO_ENDPOINTS = 'What there is of AWS in a cluster stands in pods, and needs no endpoint.';
const NOT_HERE =
  'The group has no pods: a store has a group of its own, in AWS as here, and jump hosts and VPC endpoints there are none.';

const RULE = 'name direction protocol fromPort toPort icmpType icmpCode cidr group prefixList';
const rules = (group: string) => `spec.securityGroups.${group}.rules[].`;

/** Own rules of the groups: those of `ecs` are policies, those of `alb` say who comes in by load balancers. */
const RULE_FIELDS: FieldMeanings = {
  ...does(
    'Policies of the pods of services: connections in and out.',
    `${NETWORK}knows ranges of ports, UDP and all protocols; of ICMP policies say nothing`,
    rules('ecs'),
    'direction protocol fromPort toPort',
  ),
  ...does(
    'Addresses outside of the cluster; those of pods are never meant.',
    `${NETWORK}takes blocks of rules as addresses outside of the cluster, never of pods`,
    rules('ecs'),
    'cidr',
  ),
  ...does(
    'ecs is the pods of the network’s services, alb whoever comes from outside; the other groups have no pods.',
    `${NETWORK}lets its services reach each other where a rule of its own says so, and strangers never`,
    rules('ecs'),
    'group',
  ),
  ...does(
    'Who may connect to the listeners of load balancers: any block is whoever comes from outside, ecs the services.',
    `${NETWORK}lets those in who may connect to one of its listeners, by the group alb or by its own rules`,
    rules('alb'),
    'direction protocol fromPort toPort cidr group',
  ),
  ...without(
    'Policies know no ICMP.',
    'spec.securityGroups.',
    'alb.rules[].icmpType alb.rules[].icmpCode ecs.rules[].icmpType ecs.rules[].icmpCode',
  ),
  ...without(
    'Prefix lists are AWS’s, and lead nowhere from a cluster.',
    'spec.securityGroups.',
    'alb.rules[].prefixList ecs.rules[].prefixList',
  ),
  ...without(
    'It says that a block is meant to be large.',
    'spec.securityGroups.',
    'alb.rules[].exposure ecs.rules[].exposure',
  ),
  ...without(
    'Names tell rules apart; policies have none.',
    'spec.securityGroups.',
    'alb.rules[].name ecs.rules[].name alb.ingress.ports[].name ecs.ports[].name',
  ),
  ...without(NOT_HERE, rules('data'), RULE),
  ...without(NOT_HERE, rules('endpoints'), RULE),
  ...without(NOT_HERE, rules('bastion'), RULE),
  ...without(
    NOT_HERE,
    'spec.securityGroups.',
    'data.ports[].name data.ports[].port bastion.adminCidrs bastion.port',
  ),
};

/** What each field of a SecureVpc does in a cluster. */
export const SECURE_VPC_FIELDS: FieldMeanings = {
  ...COMMON_FIELDS,
  ...DELETION_FIELDS,
  ...without('A part of names and tags in AWS.', 'spec.', 'environment'),
  ...does(
    'Whose namespaces may have pods of the network; their services bring its policies along.',
    `${NETWORK}goes with its services into other namespaces, which alone may have pods of it`,
    'spec.',
    'allowReferencesFrom',
  ),
  ...does(
    'Services and stores need the tier in which they would stand in AWS; pods do not stand in any.',
    `${REFUSALS}a network without a place for tasks`,
    'spec.tiers[].',
    'name',
  ),
  ...does(
    'With NAT the pods of services reach the internet on 443, without it nothing outside.',
    `${NETWORK}leads to the internet on 443 where it has NAT, and to no pod`,
    'spec.nat.',
    'mode',
  ),
  ...does(
    'Whether, and on which ports, load balancers are reached from outside; which blocks, nobody can tell behind the ways into a cluster.',
    `${NETWORK}lets those in who may connect to one of its listeners, by the group alb or by its own rules`,
    'spec.securityGroups.alb.ingress.',
    'cidrs ports[].port',
  ),
  ...does(
    'What whoever comes from outside reaches of the pods of services, besides the targets of load balancers.',
    `${NETWORK}lets whoever comes from outside reach the ports that load balancers may, where it has the group alb`,
    'spec.securityGroups.ecs.ports[].',
    'fromPort toPort',
  ),
  ...RULE_FIELDS,
  ...without(
    NO_SUBNETS,
    'spec.',
    'cidr secondaryCidrs zones.count zones.names tiers[].subnetPrefixLength tiers[].subnets[].zone tiers[].subnets[].cidr',
  ),
  ...without('Names are the cluster’s DNS to tell.', 'spec.dns.', 'support hostnames'),
  ...without(
    'What pods are told of names is the cluster’s to say.',
    'spec.dhcpOptions.',
    'id domainName domainNameServers ntpServers netbiosNameServers netbiosNodeType',
  ),
  ...without(
    'There are no subnets between which ACLs could stand; policies are about pods.',
    'spec.tiers[].',
    `networkAcl networkAclRules[].name networkAclRules[].ruleNumber networkAclRules[].direction networkAclRules[].action
     networkAclRules[].protocol networkAclRules[].fromPort networkAclRules[].toPort networkAclRules[].icmpType
     networkAclRules[].icmpCode networkAclRules[].cidr networkAclRules[].exposure`,
  ),
  ...without(
    'There is no NAT gateway that would have an address.',
    'spec.nat.elasticIps[].',
    'zone allocationId',
  ),
  ...without(
    NO_ENDPOINTS,
    'spec.endpoints[].',
    `service type privateDns tier policy.statements[].name policy.statements[].effect policy.statements[].principals
     policy.statements[].actions policy.statements[].resources`,
  ),
  ...without(
    'Networks of one cluster need no gateway between them; who may connect, policies say.',
    'spec.transitGateway.',
    'id tier routes[].destination routes[].tiers dnsSupport applianceMode',
  ),
  ...without(
    'Traffic is recorded by the network of the cluster, if at all.',
    'spec.flowLogs.',
    'destination retentionDays trafficType maxAggregationIntervalSeconds',
  ),
};

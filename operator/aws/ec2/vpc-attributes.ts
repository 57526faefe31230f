import { DescribeVpcAttributeCommand, ModifyVpcAttributeCommand } from '@aws-sdk/client-ec2';
import { READY, type Change } from '../../graph/kind.ts';
import { isNotFound } from '../errors.ts';
import { must, type AwsCollection, type AwsKind } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';

export interface VpcAttributesInputs {
  readonly vpcId: string;
  readonly dnsSupport: boolean;
  readonly dnsHostnames: boolean;
}

/** A VPC's DNS attributes, which AWS reads one at a time. */
export interface VpcAttributes {
  readonly VpcId: string;
  readonly dnsSupport: boolean;
  readonly dnsHostnames: boolean;
}

/** What AWS gives a VPC made by CreateVpc (Amazon VPC User Guide, "DNS attributes in your VPC"). */
const NEW_VPC = { dnsSupport: true, dnsHostnames: false };

/** DNS attributes by VPC id; listed by nobody, read object by object. */
export const vpcAttributes: AwsCollection<VpcAttributes> = {
  name: 'ec2/vpc-attributes',
  lane: 'slow',
  scope: 'region',
  iam: reads('ec2:DescribeVpcAttribute'),
  parent: 'ec2/vpcs',
  async *list() {},
  async get(session, ids) {
    const found: VpcAttributes[] = [];
    for (const VpcId of ids) {
      try {
        const support = await session.ec2.send(
          new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsSupport' }),
        );
        const hostnames = await session.ec2.send(
          new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsHostnames' }),
        );
        found.push({
          VpcId,
          dnsSupport: must(support.EnableDnsSupport?.Value, 'EnableDnsSupport'),
          dnsHostnames: must(hostnames.EnableDnsHostnames?.Value, 'EnableDnsHostnames'),
        });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    return found;
  },
  id: (record) => record.VpcId,
  tags: () => ({}),
};

/** Whether a VPC resolves names and gives them to its instances; interface endpoints with private DNS need both. */
export const vpcAttributesKind: AwsKind<VpcAttributesInputs, VpcAttributes> = {
  type: 'VpcAttributes',
  collection: vpcAttributes,
  idempotency: 'natural',
  iam: onOwn('ec2:ModifyVpcAttribute'),
  after: [],

  find: (view, inputs) => view.get(inputs.vpcId),
  diff(inputs, record) {
    const now = record ?? NEW_VPC;
    const changes: Change[] = [];
    if (now.dnsSupport !== inputs.dnsSupport)
      changes.push({ path: 'dnsSupport', from: now.dnsSupport, to: inputs.dnsSupport });
    if (now.dnsHostnames !== inputs.dnsHostnames)
      changes.push({ path: 'dnsHostnames', from: now.dnsHostnames, to: inputs.dnsHostnames });
    return changes;
  },
  state: () => READY,
  outputs: (record) => ({ id: record.VpcId }),
  gone: () => false,
  needs: (record) => [record.VpcId],

  // AWS changes one attribute a call, and host names need name resolution: it goes on first and off last.
  async update({ session, wrote }, { vpcId, dnsSupport, dnsHostnames }, _record, changes) {
    const support = async () => {
      await session.ec2.send(
        new ModifyVpcAttributeCommand({ VpcId: vpcId, EnableDnsSupport: { Value: dnsSupport } }),
      );
      wrote(vpcAttributes, vpcId, (record) => ({ ...NEW_VPC, VpcId: vpcId, ...record, dnsSupport }));
    };
    const hostnames = async () => {
      await session.ec2.send(
        new ModifyVpcAttributeCommand({ VpcId: vpcId, EnableDnsHostnames: { Value: dnsHostnames } }),
      );
      wrote(vpcAttributes, vpcId, (record) => ({ ...NEW_VPC, VpcId: vpcId, ...record, dnsHostnames }));
    };
    const changed = new Set(changes.map((change) => change.path));
    if (changed.has('dnsSupport') && dnsSupport) await support();
    if (changed.has('dnsHostnames')) await hostnames();
    if (changed.has('dnsSupport') && !dnsSupport) await support();
  },
};

import {
  CreateInternetGatewayCommand,
  DeleteInternetGatewayCommand,
  DescribeInternetGatewaysCommand,
  DetachInternetGatewayCommand,
  type InternetGateway,
} from '@aws-sdk/client-ec2';
import { READY } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { beside, makes, onOwn } from '../permissions.ts';
import { ec2Collection } from './collection.ts';
import { TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';

/** An internet gateway has no settings. */
export type InternetGatewayInputs = object;

/** Internet gateways with their attachments. */
export const internetGateways = ec2Collection<InternetGateway>({
  name: 'ec2/internet-gateways',
  action: 'ec2:DescribeInternetGateways',
  idFilter: 'internet-gateway-id',
  id: (gateway) => must(gateway.InternetGatewayId, 'InternetGatewayId'),
  async page({ ec2 }, query) {
    const answer = await ec2.send(new DescribeInternetGatewaysCommand(query));
    return { items: answer.InternetGateways, next: answer.NextToken };
  },
});

/** A gateway of ours is taken back from whatever VPC somebody attached it to. */
export const DETACH_ACTIONS = [
  ...onOwn('ec2:DetachInternetGateway'),
  ...beside('ec2:DetachInternetGateway', 'vpc'),
];

/** An internet gateway. CreateInternetGateway has neither token nor name. */
export const internetGatewayKind: AwsKind<InternetGatewayInputs, InternetGateway> = {
  type: 'InternetGateway',
  collection: internetGateways,
  idempotency: 'none',
  iam: [
    ...makes('ec2:CreateInternetGateway'),
    ...DETACH_ACTIONS,
    ...onOwn('ec2:DeleteInternetGateway'),
    ...TAG_ACTIONS,
  ],
  after: ['Subnet'],

  diff: () => [],
  state: () => READY,
  outputs: (gateway) => ({ id: must(gateway.InternetGatewayId, 'InternetGatewayId') }),
  gone: () => false,
  needs: (gateway) => (gateway.Attachments ?? []).flatMap((attachment) => attachment.VpcId ?? []),

  async create({ session, tags }) {
    const answer = await session.ec2Once.send(
      new CreateInternetGatewayCommand({ TagSpecifications: tagSpecification('internet-gateway', tags) }),
    );
    return must(answer.InternetGateway, 'InternetGateway');
  },
  update: (context, _inputs, gateway, changes) =>
    updateTags(context, internetGateways, must(gateway.InternetGatewayId, 'InternetGatewayId'), changes),
  async delete({ session, wrote }, gateway) {
    const id = must(gateway.InternetGatewayId, 'InternetGatewayId');
    for (const attachment of gateway.Attachments ?? []) {
      await unlessGone(
        session.ec2.send(
          new DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId: attachment.VpcId }),
        ),
      );
      wrote(internetGateways, id, (record) => record && { ...record, Attachments: [] });
    }
    await unlessGone(session.ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: id })));
    return undefined;
  },
};

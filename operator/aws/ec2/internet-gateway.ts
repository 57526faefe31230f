import {
  CreateInternetGatewayCommand,
  DeleteInternetGatewayCommand,
  DescribeInternetGatewaysCommand,
  DetachInternetGatewayCommand,
  type Filter,
  type InternetGateway,
} from '@aws-sdk/client-ec2';
import { READY } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import type { AwsSession } from '../session.ts';
import { byFilter, ownFilter, PAGE, TAG_ACTIONS, tagSpecification, tagsOf, updateTags } from './shared.ts';

/** An internet gateway has no settings. */
export type InternetGatewayInputs = object;

const read = (session: AwsSession, Filters: Filter[]) =>
  pages<InternetGateway>(async (NextToken) => {
    const answer = await session.ec2.send(
      new DescribeInternetGatewaysCommand({
        Filters,
        MaxResults: PAGE,
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    return { items: answer.InternetGateways, next: answer.NextToken };
  });

/** Internet gateways with their attachments. */
export const internetGateways: AwsCollection<InternetGateway> = {
  name: 'ec2/internet-gateways',
  lane: 'fast',
  scope: 'region',
  iam: ['ec2:DescribeInternetGateways'],
  list: (session, installation) => read(session, ownFilter(installation)),
  get: (session, ids) => byFilter('internet-gateway-id', ids, (filters) => read(session, filters)),
  id: (gateway) => must(gateway.InternetGatewayId, 'InternetGatewayId'),
  tags: tagsOf,
};

/** An internet gateway. CreateInternetGateway has neither token nor name. */
export const internetGatewayKind: AwsKind<InternetGatewayInputs, InternetGateway> = {
  type: 'InternetGateway',
  collection: internetGateways,
  idempotency: 'none',
  iam: [
    'ec2:CreateInternetGateway',
    'ec2:DetachInternetGateway',
    'ec2:DeleteInternetGateway',
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

import {
  AttachInternetGatewayCommand,
  DetachInternetGatewayCommand,
  type InternetGateway,
} from '@aws-sdk/client-ec2';
import { READY } from '../../graph/kind.ts';
import { unlessGone, unlessThere } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import { DETACH_ACTIONS, internetGateways } from './internet-gateway.ts';

export interface InternetGatewayAttachmentInputs {
  readonly internetGatewayId: string;
  readonly vpcId: string;
}

/** An internet gateway's place in a VPC, kept in the gateway's record; a VPC has at most one. */
export const internetGatewayAttachmentKind: AwsKind<InternetGatewayAttachmentInputs, InternetGateway> = {
  type: 'InternetGatewayAttachment',
  collection: internetGateways,
  idempotency: 'natural',
  iam: [...onOwn('ec2:AttachInternetGateway'), ...DETACH_ACTIONS],
  after: [],

  find: (view, inputs) => view.get(inputs.internetGatewayId),
  diff(inputs, gateway) {
    const from = gateway?.Attachments?.[0]?.VpcId;
    return from === inputs.vpcId
      ? []
      : [{ path: 'vpcId', ...(from !== undefined && { from }), to: inputs.vpcId }];
  },
  state: () => READY,
  outputs: (gateway) => ({ id: must(gateway.InternetGatewayId, 'InternetGatewayId') }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote }, { internetGatewayId, vpcId }, gateway) {
    for (const elsewhere of gateway.Attachments ?? []) {
      await unlessGone(
        session.ec2.send(
          new DetachInternetGatewayCommand({ InternetGatewayId: internetGatewayId, VpcId: elsewhere.VpcId }),
        ),
      );
    }
    await unlessThere(
      session.ec2.send(
        new AttachInternetGatewayCommand({ InternetGatewayId: internetGatewayId, VpcId: vpcId }),
      ),
    );
    wrote(
      internetGateways,
      internetGatewayId,
      // DescribeInternetGateways says `available` of a gateway that is attached, a word that the SDK's type lacks.
      (record) => record && { ...record, Attachments: [{ VpcId: vpcId, State: 'available' as 'attached' }] },
    );
  },
};

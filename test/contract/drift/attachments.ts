import * as ec2 from '@aws-sdk/client-ec2';
import { eventually } from '../../support/eventually.ts';
import { type Cases, type Deletions, type DriftCase, type DriftContext, id } from './case.ts';
import { ec2Tags } from './tags.ts';

const ATTACHMENT = 'transit-gateway-attachment';

/** The attachment as AWS has it, or nothing. */
async function attachmentOf(at: DriftContext): Promise<ec2.TransitGatewayVpcAttachment | undefined> {
  const Filters = [{ Name: 'transit-gateway-attachment-id', Values: [id(at, ATTACHMENT)] }];
  const answer = await at.ec2.send(new ec2.DescribeTransitGatewayVpcAttachmentsCommand({ Filters }));
  return answer.TransitGatewayVpcAttachments?.[0];
}

/** A change that somebody makes; AWS takes none while it carries out another. */
function modified(
  change: (at: DriftContext) => Partial<ec2.ModifyTransitGatewayVpcAttachmentRequest>,
): DriftCase {
  return {
    node: ATTACHMENT,
    drift: async (at) => {
      await eventually('available', async () => (await attachmentOf(at))?.State === 'available');
      await at.ec2.send(
        new ec2.ModifyTransitGatewayVpcAttachmentCommand({
          TransitGatewayAttachmentId: id(at, ATTACHMENT),
          ...change(at),
        }),
      );
    },
  };
}

export const attachmentDeleted: DriftCase = {
  node: ATTACHMENT,
  drift: async (at) => {
    const TransitGatewayAttachmentId = id(at, ATTACHMENT);
    await at.ec2.send(new ec2.DeleteTransitGatewayVpcAttachmentCommand({ TransitGatewayAttachmentId }));
    await eventually('deleted', async () => {
      const state = (await attachmentOf(at))?.State;
      return state === undefined || state === 'deleted';
    });
  },
};

/** Takes a subnet out of the attachment, so that its interface goes. */
export async function withoutSubnet(at: DriftContext, subnet: string): Promise<void> {
  const attachment = await attachmentOf(at);
  if (attachment?.SubnetIds?.includes(subnet) !== true) return;
  await modified(() => ({ RemoveSubnetIds: [subnet] })).drift(at);
}

export const attachmentsCases: Cases = {
  TransitGatewayAttachment: {
    ...ec2Tags(ATTACHMENT),
    'subnetIds[*] missing': modified((at) => ({ RemoveSubnetIds: [id(at, 'subnet/private-b')] })),
    'subnetIds[*] extra': modified((at) => ({
      AddSubnetIds: [id(at, 'subnet/data-b')],
      RemoveSubnetIds: [id(at, 'subnet/private-b')],
    })),
    'dnsSupport changed': modified(() => ({ Options: { DnsSupport: 'disable' } })),
    'applianceMode changed': modified(() => ({ Options: { ApplianceModeSupport: 'enable' } })),
    deleted: attachmentDeleted,
  },
};

export const attachmentsDeletions: Deletions = {
  TransitGatewayAttachment: () => ({ deleted: attachmentDeleted }),
};

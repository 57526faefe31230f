import {
  CreateTransitGatewayVpcAttachmentCommand,
  DeleteTransitGatewayVpcAttachmentCommand,
  DescribeTransitGatewayAttachmentsCommand,
  DescribeTransitGatewayVpcAttachmentsCommand,
  ModifyTransitGatewayVpcAttachmentCommand,
  type TransitGatewayVpcAttachment,
} from '@aws-sdk/client-ec2';
import { READY, type Change, type State } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { onItsWay } from '../on-its-way.ts';
import { makes, onOwn } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { ec2Collection } from './collection.ts';
import { TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';

export interface TransitGatewayAttachmentInputs {
  readonly transitGatewayId: string;
  readonly vpcId: string;
  /** At most one a zone; the transit gateway puts an interface into each. */
  readonly subnetIds: readonly string[];
  readonly dnsSupport: boolean;
  readonly applianceMode: boolean;
}

/** Settings that can change, by AWS's names. */
const OPTIONS = { dnsSupport: 'DnsSupport', applianceMode: 'ApplianceModeSupport' } as const;
type Setting = keyof typeof OPTIONS;
const SETTINGS = ['dnsSupport', 'applianceMode'] as const satisfies readonly Setting[];

/** States out of which an attachment never comes. */
export const BROKEN_STATES: ReadonlySet<string> = new Set([
  'rejected',
  'rejecting',
  'failed',
  'failing',
  'rollingBack',
]);

/** An attachment and, once it is listed, the account of the transit gateway. */
export type Attachment = TransitGatewayVpcAttachment & { TransitGatewayOwnerId?: string };

/** Attachments of VPCs to transit gateways. */
export const transitGatewayAttachments = ec2Collection<Attachment>({
  name: 'ec2/transit-gateway-attachments',
  action: 'ec2:DescribeTransitGatewayVpcAttachments',
  otherActions: ['ec2:DescribeTransitGatewayAttachments'],
  idFilter: 'transit-gateway-attachment-id',
  // The action documents no filter by tag; an account has few attachments.
  isListedWhole: true,
  id: (attachment) => must(attachment.TransitGatewayAttachmentId, 'TransitGatewayAttachmentId'),
  async page(session, query) {
    const answer = await session.ec2.send(new DescribeTransitGatewayVpcAttachmentsCommand(query));
    return {
      items: await withOwners(session, answer.TransitGatewayVpcAttachments ?? []),
      next: answer.NextToken,
    };
  },
});

/**
 * The place of a VPC on a transit gateway. CreateTransitGatewayVpcAttachment has no client token, but AWS refuses a
 * second attachment of a VPC to the same transit gateway (DuplicateTransitGatewayAttachment).
 */
export const transitGatewayAttachmentKind: AwsKind<TransitGatewayAttachmentInputs, Attachment> = {
  type: 'TransitGatewayAttachment',
  collection: transitGatewayAttachments,
  idempotency: 'natural',
  iam: [
    ...makes('ec2:CreateTransitGatewayVpcAttachment'),
    ...onOwn(
      'ec2:CreateTransitGatewayVpcAttachment',
      'ec2:ModifyTransitGatewayVpcAttachment',
      'ec2:DeleteTransitGatewayVpcAttachment',
    ),
    // The transit gateway is another's, and often another account's.
    {
      action: 'ec2:CreateTransitGatewayVpcAttachment',
      on: 'anything',
      resource: 'ec2:{region}:*:transit-gateway/*',
    },
    ...TAG_ACTIONS,
  ],
  after: [],

  diff(inputs, attachment) {
    if (!attachment) return [];
    const changes: Change[] = [];
    const fixed = (path: string, from: unknown, to: unknown) => {
      if (from !== to) changes.push({ path, from, to, replace: true });
    };
    fixed('transitGatewayId', attachment.TransitGatewayId, inputs.transitGatewayId);
    fixed('vpcId', attachment.VpcId, inputs.vpcId);
    const there = attachment.SubnetIds ?? [];
    for (const to of inputs.subnetIds)
      if (!there.includes(to)) changes.push({ path: `subnetIds[${to}]`, to });
    for (const from of there)
      if (!inputs.subnetIds.includes(from)) changes.push({ path: `subnetIds[${from}]`, from });
    const now = settingsOf(attachment);
    for (const path of SETTINGS)
      if (now[path] !== inputs[path]) changes.push({ path, from: now[path], to: inputs[path] });
    return changes;
  },
  state: stateOf,
  // AWS takes a route to a transit gateway only in a VPC whose attachment is there: until then others see no target.
  outputs: (attachment) => ({
    id: must(attachment.TransitGatewayAttachmentId, 'TransitGatewayAttachmentId'),
    ...(['available', 'modifying'].includes(attachment.State ?? '') && {
      transitGatewayId: must(attachment.TransitGatewayId, 'TransitGatewayId'),
    }),
  }),
  gone: (attachment) => attachment.State === 'deleted',
  needs: (attachment) => [must(attachment.VpcId, 'VpcId'), ...(attachment.SubnetIds ?? [])],

  async create({ session, tags }, inputs) {
    const answer = await session.ec2.send(
      new CreateTransitGatewayVpcAttachmentCommand({
        TransitGatewayId: inputs.transitGatewayId,
        VpcId: inputs.vpcId,
        SubnetIds: [...inputs.subnetIds],
        Options: optionsOf(inputs, SETTINGS),
        TagSpecifications: tagSpecification('transit-gateway-attachment', tags),
      }),
    );
    return must(answer.TransitGatewayVpcAttachment, 'TransitGatewayVpcAttachment');
  },
  async conflicting(session, { vpcId, transitGatewayId }) {
    const found = await transitGatewayAttachments.matching(
      session,
      'vpc-id',
      [vpcId],
      [{ Name: 'transit-gateway-id', Values: [transitGatewayId] }],
    );
    return found.find((attachment) => !['deleting', 'deleted'].includes(attachment.State ?? ''));
  },
  async update(context, inputs, attachment, changes) {
    const id = must(attachment.TransitGatewayAttachmentId, 'TransitGatewayAttachmentId');
    await updateTags(context, transitGatewayAttachments, id, changes);
    const ofSubnets = changes.filter(({ path }) => path.startsWith('subnetIds['));
    const AddSubnetIds = ofSubnets.flatMap(({ to }) => (typeof to === 'string' ? [to] : []));
    const RemoveSubnetIds = ofSubnets.flatMap(({ from }) => (typeof from === 'string' ? [from] : []));
    const Options = optionsOf(
      inputs,
      SETTINGS.filter((setting) => changes.some(({ path }) => path === setting)),
    );
    const isOptions = Object.keys(Options).length > 0;
    if (ofSubnets.length === 0 && !isOptions) return;
    const answer = await context.session.ec2.send(
      new ModifyTransitGatewayVpcAttachmentCommand({
        TransitGatewayAttachmentId: id,
        ...(AddSubnetIds.length > 0 && { AddSubnetIds }),
        ...(RemoveSubnetIds.length > 0 && { RemoveSubnetIds }),
        ...(isOptions && { Options }),
      }),
    );
    const State = answer.TransitGatewayVpcAttachment?.State ?? 'modifying';
    context.wrote(
      transitGatewayAttachments,
      id,
      (record) =>
        record &&
        onItsWay(
          record,
          { SubnetIds: [...inputs.subnetIds], Options: { ...record.Options, ...Options } },
          { State },
        ),
    );
  },
  async delete({ session }, attachment) {
    const { TransitGatewayAttachmentId } = attachment;
    await unlessGone(
      session.ec2.send(new DeleteTransitGatewayVpcAttachmentCommand({ TransitGatewayAttachmentId })),
    );
    return { ...attachment, State: 'deleting' };
  },
};

/** Only the listing of attachments of all sorts tells whose the transit gateway is, and so who has to accept. */
async function withOwners(session: AwsSession, attachments: readonly Attachment[]): Promise<Attachment[]> {
  if (attachments.length === 0) return [];
  const answer = await session.ec2.send(
    new DescribeTransitGatewayAttachmentsCommand({
      Filters: [
        { Name: 'resource-type', Values: ['vpc'] },
        { Name: 'resource-id', Values: attachments.flatMap(({ VpcId }) => VpcId ?? []).slice(0, 200) },
      ],
    }),
  );
  const owners = new Map(
    answer.TransitGatewayAttachments?.map((one) => [
      one.TransitGatewayAttachmentId,
      one.TransitGatewayOwnerId,
    ]),
  );
  return attachments.map((attachment) => {
    const owner = owners.get(attachment.TransitGatewayAttachmentId);
    return owner === undefined ? attachment : { ...attachment, TransitGatewayOwnerId: owner };
  });
}

function stateOf(attachment: Attachment): State {
  const { TransitGatewayAttachmentId: id, TransitGatewayId: gateway } = attachment;
  const state: string = attachment.State ?? '';
  const what = `attachment ${id} to transit gateway ${gateway}`;
  if (state === 'available') return READY;
  if (state === 'pendingAcceptance') {
    const owner = attachment.TransitGatewayOwnerId;
    const who = owner === undefined ? 'the account that shares it' : `account ${owner}, which shares it,`;
    return {
      phase: 'pending',
      reason: 'WaitingForAcceptance',
      message: `${what} waits for ${who} to accept it: aws ec2 accept-transit-gateway-vpc-attachment --transit-gateway-attachment-id ${id}, with credentials of that account`,
    };
  }
  if (state === 'deleting' || state === 'deleted')
    return { phase: 'deleting', reason: 'WaitingForAws', message: `${what} is being deleted` };
  if (BROKEN_STATES.has(state)) {
    return {
      phase: 'failed',
      reason: 'AwsRefused',
      message: `${what} is ${state}; delete it and Landfall makes a new one`,
    };
  }
  return { phase: 'pending', reason: 'WaitingForAws', message: `${what} is ${state}` };
}

/** These settings in AWS's words: what did not change is not sent (aws-controllers-k8s/community#2536). */
function optionsOf(inputs: TransitGatewayAttachmentInputs, settings: readonly Setting[]) {
  return Object.fromEntries(
    settings.map((setting) => [OPTIONS[setting], inputs[setting] ? 'enable' : 'disable']),
  ) as Partial<Record<(typeof OPTIONS)[Setting], 'enable' | 'disable'>>;
}

/** Without a word of AWS's, its defaults. */
function settingsOf({ Options }: Attachment): { dnsSupport: boolean; applianceMode: boolean } {
  return {
    dnsSupport: Options?.DnsSupport !== 'disable',
    applianceMode: Options?.ApplianceModeSupport === 'enable',
  };
}

import {
  AcceptTransitGatewayVpcAttachmentCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateTransitGatewayCommand,
  CreateTransitGatewayVpcAttachmentCommand,
  CreateVpcCommand,
  DeleteRouteTableCommand,
  DeleteSubnetCommand,
  DeleteTransitGatewayCommand,
  DeleteTransitGatewayVpcAttachmentCommand,
  DeleteVpcCommand,
  DescribeTransitGatewayAttachmentsCommand,
  DescribeTransitGatewaysCommand,
  DescribeTransitGatewayVpcAttachmentsCommand,
  EC2Client,
  ModifyTransitGatewayVpcAttachmentCommand,
  RejectTransitGatewayVpcAttachmentCommand,
  type TransitGatewayVpcAttachment,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { localTransitGateway } from '../../../k8s-local/aws/identity-files.ts';
import { share } from '../../support/resource-share.ts';
import { aws, clientOptions, ec2, given, refused, tagged } from './harness.ts';
import { eventually } from './held-clock.ts';

const HOME = '123456789012';
const HUB = '111111111111';

/** Attachments of VPCs to transit gateways, of the account itself and shared. */
export function transitGateways(): void {
  let empty: string;
  let vpc: string;
  let subnets: string[];
  let hub: EC2Client;

  beforeAll(() => {
    hub = new EC2Client({ ...clientOptions(aws(), HUB), maxAttempts: 1 });
  });
  afterAll(() => hub.destroy());

  const subnet = async (CidrBlock: string, AvailabilityZone: string): Promise<string> =>
    given(
      (await ec2().send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock, AvailabilityZone }))).Subnet
        ?.SubnetId,
    );
  const gateway = async (client: EC2Client): Promise<string> =>
    given((await client.send(new CreateTransitGatewayCommand({}))).TransitGateway?.TransitGatewayId);
  const attach = async (TransitGatewayId: string, SubnetIds = subnets.slice(0, 1)): Promise<string> => {
    const made = await ec2().send(
      new CreateTransitGatewayVpcAttachmentCommand({
        TransitGatewayId,
        VpcId: vpc,
        SubnetIds,
        TagSpecifications: tagged('transit-gateway-attachment', 'a'),
      }),
    );
    return given(made.TransitGatewayVpcAttachment?.TransitGatewayAttachmentId);
  };
  const read = async (id: string): Promise<TransitGatewayVpcAttachment | undefined> => {
    const Filters = [{ Name: 'transit-gateway-attachment-id', Values: [id] }];
    const answer = await ec2().send(new DescribeTransitGatewayVpcAttachmentsCommand({ Filters }));
    return answer.TransitGatewayVpcAttachments?.[0];
  };
  const inState = (id: string, state: string): Promise<TransitGatewayVpcAttachment> =>
    eventually(async () => {
      const found = await read(id);
      return found?.State === state ? found : undefined;
    });
  const detach = (TransitGatewayAttachmentId: string): Promise<unknown> =>
    ec2().send(new DeleteTransitGatewayVpcAttachmentCommand({ TransitGatewayAttachmentId }));

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    empty = await aws().dump();
    vpc = given((await ec2().send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId);
    subnets = [await subnet('10.0.0.0/24', 'us-east-1a'), await subnet('10.0.1.0/24', 'us-east-1b')];
  });

  describe('an attachment', () => {
    test('goes through its states, holds its subnets and its VPC, and leaves nothing', async () => {
      const id = await attach(localTransitGateway);
      expect((await read(id))?.State).toBe('pending');
      expect(await inState(id, 'available')).toMatchObject({
        TransitGatewayId: localTransitGateway,
        VpcId: vpc,
        SubnetIds: subnets.slice(0, 1),
        Options: { DnsSupport: 'enable', ApplianceModeSupport: 'disable' },
        Tags: [{ Key: 'test', Value: 'a' }],
      });
      await refused(ec2().send(new DeleteSubnetCommand({ SubnetId: subnets[0] })), 'DependencyViolation');
      await detach(id);
      expect((await read(id))?.State).toBe('deleting');
      await refused(ec2().send(new DeleteSubnetCommand({ SubnetId: subnets[0] })), 'DependencyViolation');
      await inState(id, 'deleted');
      for (const SubnetId of subnets) await ec2().send(new DeleteSubnetCommand({ SubnetId }));
      await ec2().send(new DeleteVpcCommand({ VpcId: vpc }));
      await eventually(async () => ((await read(id)) === undefined ? true : undefined));
      expect((await aws().dump()) === empty).toBe(true);
      await refused(detach(id), 'InvalidTransitGatewayAttachmentID.NotFound');
    });

    test('is one for a VPC and gateway, and in one subnet of a zone', async () => {
      const id = await attach(localTransitGateway);
      await refused(attach(localTransitGateway), 'DuplicateTransitGatewayAttachment', /same VPC ID/);
      await inState(id, 'available');
      const second = await subnet('10.0.2.0/24', 'us-east-1a');
      const modify = (change: object) =>
        ec2().send(
          new ModifyTransitGatewayVpcAttachmentCommand({ TransitGatewayAttachmentId: id, ...change }),
        );
      await refused(modify({ AddSubnetIds: [second] }), 'DuplicateSubnetsInSameZone');
      await modify({ AddSubnetIds: subnets.slice(1), Options: { ApplianceModeSupport: 'enable' } });
      expect((await read(id))?.State).toBe('modifying');
      await refused(modify({ RemoveSubnetIds: subnets.slice(1) }), 'IncorrectState');
      expect((await inState(id, 'available')).SubnetIds).toEqual(subnets);
      await modify({ RemoveSubnetIds: subnets.slice(0, 1) });
      await inState(id, 'available');
      await ec2().send(new DeleteSubnetCommand({ SubnetId: subnets[0] }));
      const everything = { RemoveSubnetIds: subnets.slice(1) };
      await refused(modify(everything), 'MissingParameter');
    });

    test('takes routes once it is there', async () => {
      const id = await attach(localTransitGateway);
      const { RouteTable } = await ec2().send(new CreateRouteTableCommand({ VpcId: vpc }));
      const route = (TransitGatewayId: string) =>
        ec2().send(
          new CreateRouteCommand({
            RouteTableId: RouteTable?.RouteTableId,
            DestinationCidrBlock: '10.11.0.0/16',
            TransitGatewayId,
          }),
        );
      await refused(route(localTransitGateway), 'InvalidTransitGatewayID.NotFound', /does not exist/);
      await inState(id, 'available');
      await route(localTransitGateway);
      await detach(id);
      await inState(id, 'deleted');
      await ec2().send(new DeleteRouteTableCommand({ RouteTableId: RouteTable?.RouteTableId }));
    });

    test('takes no filter by tag, which AWS does not document', async () => {
      const Filters = [{ Name: 'tag:test', Values: ['a'] }];
      const list = ec2().send(new DescribeTransitGatewayVpcAttachmentsCommand({ Filters }));
      await refused(list, 'InvalidParameterValue');
    });
  });

  describe("another account's gateway", () => {
    test('is not there until it is shared; its account accepts, or rejects', async () => {
      const id = await gateway(hub);
      const mine = ec2().send(new DescribeTransitGatewaysCommand({ TransitGatewayIds: [id] }));
      await refused(mine, 'InvalidTransitGatewayID.NotFound');
      await refused(attach(id), 'InvalidTransitGatewayID.NotFound');
      await share(aws(), HUB, `arn:aws:ec2:us-east-1:${HUB}:transit-gateway/${id}`, [HOME]);
      const attachment = await attach(id);
      await inState(attachment, 'pendingAcceptance');
      const { TransitGatewayAttachments } = await ec2().send(
        new DescribeTransitGatewayAttachmentsCommand({ TransitGatewayAttachmentIds: [attachment] }),
      );
      expect(TransitGatewayAttachments).toMatchObject([
        { TransitGatewayOwnerId: HUB, ResourceOwnerId: HOME },
      ]);
      const answer = { TransitGatewayAttachmentId: attachment };
      await refused(
        ec2().send(new AcceptTransitGatewayVpcAttachmentCommand(answer)),
        'InvalidTransitGatewayAttachmentID.NotFound',
      );
      const seen = await hub.send(new DescribeTransitGatewayVpcAttachmentsCommand({}));
      const [listed] = seen.TransitGatewayVpcAttachments ?? [];
      expect(listed).toMatchObject({ ...answer, VpcOwnerId: HOME });
      expect(listed?.Tags ?? []).toEqual([]);
      await refused(hub.send(new DeleteTransitGatewayCommand({ TransitGatewayId: id })), 'IncorrectState');
      await hub.send(new AcceptTransitGatewayVpcAttachmentCommand(answer));
      await inState(attachment, 'available');
      await refused(hub.send(new RejectTransitGatewayVpcAttachmentCommand(answer)), 'IncorrectState');
    });

    test('may reject, which leaves no interface', async () => {
      const id = await gateway(hub);
      await share(aws(), HUB, `arn:aws:ec2:us-east-1:${HUB}:transit-gateway/${id}`, [HOME]);
      const attachment = await attach(id);
      const answer = { TransitGatewayAttachmentId: attachment };
      await hub.send(new RejectTransitGatewayVpcAttachmentCommand(answer));
      expect((await read(attachment))?.State).toBe('rejected');
      for (const SubnetId of subnets) await ec2().send(new DeleteSubnetCommand({ SubnetId }));
    });
  });
}

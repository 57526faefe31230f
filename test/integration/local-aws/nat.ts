import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteNatGatewayCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeAddressesCommand,
  DescribeNatGatewaysCommand,
  DetachInternetGatewayCommand,
  DisassociateAddressCommand,
  type NatGateway,
  ReleaseAddressCommand,
} from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from 'vitest';

import { aws, ec2, given, refused, tagged } from './harness.ts';
import { eventually } from './held-clock.ts';

/** NAT gateways and the addresses that they hold. */
export function natGateways(): void {
  let empty: string;
  let vpc: string;
  let subnet: string;
  let gateway: string;

  const allocate = async (): Promise<string> =>
    given((await ec2().send(new AllocateAddressCommand({ Domain: 'vpc' }))).AllocationId);
  const create = async (AllocationId: string, ClientToken?: string): Promise<string> => {
    const made = await ec2().send(
      new CreateNatGatewayCommand({
        SubnetId: subnet,
        AllocationId,
        ...(ClientToken !== undefined && { ClientToken }),
        TagSpecifications: tagged('natgateway', 'a'),
      }),
    );
    expect(made.NatGateway?.State).toBe('pending');
    return given(made.NatGateway?.NatGatewayId);
  };
  const read = async (id: string): Promise<NatGateway | undefined> =>
    (await ec2().send(new DescribeNatGatewaysCommand({ Filter: [{ Name: 'nat-gateway-id', Values: [id] }] })))
      .NatGateways?.[0];
  const inState = (id: string, state: string): Promise<NatGateway> =>
    eventually(async () => {
      const found = await read(id);
      return found?.State === state ? found : undefined;
    });
  const attach = (): Promise<unknown> =>
    ec2().send(new AttachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: vpc }));

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    empty = await aws().dump();
    vpc = given((await ec2().send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId);
    subnet = given(
      (await ec2().send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: '10.0.0.0/24' }))).Subnet?.SubnetId,
    );
    gateway = given(
      (await ec2().send(new CreateInternetGatewayCommand({}))).InternetGateway?.InternetGatewayId,
    );
  });

  describe('a NAT gateway', () => {
    test('becomes available, holds its address, and leaves nothing once it is deleted', async () => {
      await attach();
      const allocation = await allocate();
      const id = await create(allocation);
      const ready = await inState(id, 'available');
      expect(ready.NatGatewayAddresses?.[0]).toMatchObject({
        AllocationId: allocation,
        NetworkInterfaceId: expect.stringMatching(/^eni-/),
      });
      expect(ready.Tags).toEqual([{ Key: 'test', Value: 'a' }]);
      await refused(
        ec2().send(new ReleaseAddressCommand({ AllocationId: allocation })),
        'AuthFailure',
        /permission to access the specified resource/,
      );
      const { AssociationId } = given(ready.NatGatewayAddresses?.[0]);
      await refused(ec2().send(new DisassociateAddressCommand({ AssociationId })), 'AuthFailure');
      await refused(ec2().send(new DeleteSubnetCommand({ SubnetId: subnet })), 'DependencyViolation');
      const detach = new DetachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: vpc });
      await refused(ec2().send(detach), 'DependencyViolation', /mapped public address/);

      await ec2().send(new DeleteNatGatewayCommand({ NatGatewayId: id }));
      expect((await read(id))?.State).toBe('deleting');
      await refused(ec2().send(detach), 'DependencyViolation');
      await inState(id, 'deleted');
      await ec2().send(detach);
      await ec2().send(new ReleaseAddressCommand({ AllocationId: allocation }));
      await ec2().send(new DeleteSubnetCommand({ SubnetId: subnet }));
      await ec2().send(new DeleteInternetGatewayCommand({ InternetGatewayId: gateway }));
      await ec2().send(new DeleteVpcCommand({ VpcId: vpc }));
      await eventually(async () => ((await read(id)) === undefined ? true : undefined));
      expect((await aws().dump()) === empty).toBe(true);
      await refused(ec2().send(new DeleteNatGatewayCommand({ NatGatewayId: id })), 'NatGatewayNotFound');
    });

    test('is filtered by tag, state, VPC and subnet', async () => {
      await attach();
      const id = await create(await allocate());
      const ids = async (Name: string, value: string) =>
        (
          await ec2().send(new DescribeNatGatewaysCommand({ Filter: [{ Name, Values: [value] }] }))
        ).NatGateways?.map((found) => found.NatGatewayId);
      expect(await ids('tag:test', 'a')).toEqual([id]);
      expect(await ids('tag:test', 'b')).toEqual([]);
      expect(await ids('vpc-id', vpc)).toEqual([id]);
      expect(await ids('subnet-id', 'subnet-0')).toEqual([]);
      expect(await ids('state', 'pending')).toEqual([id]);
    });

    test('the same token makes one', async () => {
      await attach();
      const allocation = await allocate();
      const first = await create(allocation, 'one');
      expect(await create(allocation, 'one')).toBe(first);
      const { NatGateways } = await ec2().send(new DescribeNatGatewaysCommand({}));
      expect(NatGateways).toHaveLength(1);
    });

    test('fails where AWS says so only afterwards', async () => {
      const allocation = await allocate();
      const early = await inState(await create(allocation), 'failed');
      expect(early).toMatchObject({
        FailureCode: 'Gateway.NotAttached',
        FailureMessage: `Network ${vpc} has no Internet gateway attached`,
      });
      await attach();
      await inState(await create(allocation), 'available');
      const second = await inState(await create(allocation), 'failed');
      expect(second.FailureCode).toBe('Resource.AlreadyAssociated');
    });

    test('that failed can be deleted', async () => {
      const id = await create(await allocate());
      const failed = await inState(id, 'failed');
      expect(failed.NatGatewayAddresses?.[0]?.AllocationId).toMatch(/^eipalloc-/);
      await ec2().send(new DeleteNatGatewayCommand({ NatGatewayId: id }));
      await inState(id, 'deleted');
    });

    test('is refused for what does not exist', async () => {
      const make = (SubnetId: string, AllocationId: string) =>
        ec2().send(new CreateNatGatewayCommand({ SubnetId, AllocationId }));
      await refused(make('subnet-00000000', await allocate()), 'InvalidSubnetID.NotFound');
      await refused(make(subnet, 'eipalloc-00000000'), 'InvalidAllocationID.NotFound');
    });
  });

  test('an address that an interface has is not released', async () => {
    const AllocationId = await allocate();
    const { NetworkInterface } = await ec2().send(new CreateNetworkInterfaceCommand({ SubnetId: subnet }));
    const NetworkInterfaceId = given(NetworkInterface?.NetworkInterfaceId);
    await ec2().send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId }));
    await refused(ec2().send(new ReleaseAddressCommand({ AllocationId })), 'InvalidIPAddress.InUse');
  });

  test('addresses are filtered by tag, and gone when released', async () => {
    const made = await ec2().send(
      new AllocateAddressCommand({ Domain: 'vpc', TagSpecifications: tagged('elastic-ip', 'a') }),
    );
    const listed = async (value: string) =>
      (await ec2().send(new DescribeAddressesCommand({ Filters: [{ Name: 'tag:test', Values: [value] }] })))
        .Addresses;
    expect(await listed('a')).toMatchObject([
      { AllocationId: made.AllocationId, Tags: [{ Key: 'test', Value: 'a' }] },
    ]);
    expect(await listed('b')).toEqual([]);
    await ec2().send(new ReleaseAddressCommand({ AllocationId: made.AllocationId }));
    expect(await listed('a')).toEqual([]);
    await refused(
      ec2().send(new ReleaseAddressCommand({ AllocationId: made.AllocationId })),
      'InvalidAllocationID.NotFound',
    );
  });
}

import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { expect, it } from 'vitest';
import { factsReader } from '../../../operator/controllers/facts.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const NAME = 'com.amazonaws.vpce.us-east-1.vpce-svc-1';

/** AWS that shows a service in these zones, or fails. Of everything else it has nothing. */
function scene() {
  const clock = createFakeClock();
  const asked: unknown[] = [];
  const aws: { zones: readonly string[] | Error } = { zones: [] };
  const send = async ({ input }: { input: { ServiceNames?: string[] } }) => {
    if (input.ServiceNames === undefined) return {};
    asked.push(input);
    if (aws.zones instanceof Error) throw aws.zones;
    return { ServiceDetails: [{ AvailabilityZones: aws.zones }] };
  };
  const session = { ec2: { send }, region: 'us-east-1', accountId: '111111111111', partition: 'aws' };
  return { clock, asked, aws, facts: factsReader(session as never, clock) };
}
const failure = (name: string) =>
  new EC2ServiceException({ name, $fault: 'client', $metadata: {}, message: 'no' });

it('reads the zones of a service once an hour, and of none that nobody names', async () => {
  const { clock, asked, aws, facts } = scene();
  aws.zones = ['us-east-1c', 'us-east-1a'];
  expect((await facts()).providedServices).toEqual(new Map());
  expect(asked).toEqual([]);
  for (const _ of [1, 2])
    expect((await facts([NAME])).providedServices).toEqual(new Map([[NAME, ['us-east-1a', 'us-east-1c']]]));
  expect(asked).toEqual([{ ServiceNames: [NAME] }]);
  await clock.advance(3_600_000);
  await facts([NAME]);
  expect(asked).toHaveLength(2);
});

it('asks each time for a service that AWS does not show yet', async () => {
  const { aws, facts } = scene();
  aws.zones = failure('InvalidServiceName');
  expect((await facts([NAME])).providedServices).toEqual(new Map());
  aws.zones = ['us-east-1a'];
  expect((await facts([NAME])).providedServices).toEqual(new Map([[NAME, ['us-east-1a']]]));
});

it('fails where AWS refuses to tell', async () => {
  const { aws, facts } = scene();
  aws.zones = failure('UnauthorizedOperation');
  await expect(facts([NAME])).rejects.toThrow('no');
});

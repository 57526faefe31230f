import { beforeEach, describe, expect, it } from 'vitest';
import type { AwsAccount } from '../../../operator/api/account.ts';
import { Claims, handoverMs } from '../../../operator/controllers/claims.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';

const CHECK_MS = 300_000;
const AWS = { accountId: '111111111111', regions: ['eu-central-1'] } as unknown as AwsAccount;

type Tags = Readonly<Record<string, string>>;

/** IAM with room for one claim. */
class FakeIam {
  readonly calls: string[] = [];
  tags: Tags | undefined;
  /** Thrown instead of the next answer, after the call took effect. */
  lost: Error | undefined;

  async send(command: { constructor: { name: string }; input: { Tags?: { Key: string; Value: string }[] } }) {
    const action = command.constructor.name.replace(/Command$/, '');
    this.calls.push(action);
    const given = Object.fromEntries((command.input.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    if (action === 'GetInstanceProfile' && !this.tags) throw answered('NoSuchEntity');
    if (action === 'CreateInstanceProfile' && this.tags) throw answered('EntityAlreadyExists');
    if (action === 'CreateInstanceProfile') this.tags = given;
    if (action === 'TagInstanceProfile') this.tags = { ...this.tags, ...given };
    if (action === 'DeleteInstanceProfile') this.tags = undefined;
    const { lost } = this;
    this.lost = undefined;
    if (lost) throw lost;
    const Tags = Object.entries(this.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
    return Promise.resolve({ InstanceProfile: { Tags } });
  }
}

function answered(name: string): Error {
  return Object.assign(new Error(name), { name, $fault: 'client', $metadata: { httpStatusCode: 409 } });
}

let clock: FakeClock;
let iam: FakeIam;

beforeEach(() => {
  clock = createFakeClock();
  iam = new FakeIam();
});

const claimsOf = (uid: string) =>
  new Claims({
    session: () => ({ iam: iam as never }),
    installation: 'here',
    cluster: async () => ({ uid, name: `cluster-${uid}` }),
    clock,
    checkMs: CHECK_MS,
  });

describe('Claims', () => {
  it('reads a claim of its own once a check, and believes it a minute longer', async () => {
    const claims = claimsOf('a');
    expect(claims.held(AWS)).toBe(false);
    await claims.make('main', AWS);
    await claims.require('main', AWS);
    await claims.require('main', AWS);
    expect(iam.calls).toEqual(['CreateInstanceProfile']);
    await clock.advance(CHECK_MS);
    expect(claims.held(AWS)).toBe(true);
    await clock.advance(60_000);
    expect(claims.held(AWS)).toBe(false);
    await Promise.all([claims.require('main', AWS), claims.require('main', AWS)]);
    expect(iam.calls).toEqual(['CreateInstanceProfile', 'GetInstanceProfile']);
    expect(claims.held(AWS)).toBe(true);
  });

  it('finds its own where another attempt had made it already', async () => {
    await claimsOf('a').make('main', AWS);
    expect(await claimsOf('a').make('main', AWS)).toMatchObject({ cluster: 'a', name: 'cluster-a' });
  });

  it('refuses what another cluster has, and looks anew each time', async () => {
    await claimsOf('a').make('main', AWS);
    const claims = claimsOf('b');
    expect(await claims.make('main', AWS)).toMatchObject({ cluster: 'a' });
    iam.calls.length = 0;
    for (let n = 0; n < 2; n += 1)
      await expect(claims.require('main', AWS)).rejects.toMatchObject({ reason: 'AccountNotReady' });
    expect(iam.calls).toEqual(['GetInstanceProfile', 'GetInstanceProfile']);
    expect(claims.held(AWS)).toBe(false);
    await claims.drop('main', AWS);
    expect(iam.tags).toBeDefined();
  });

  it('waits after a takeover until the former cluster has surely stopped', async () => {
    const former = claimsOf('a');
    await former.make('main', AWS);
    await clock.advance(1);
    const claims = claimsOf('b');
    await claims.move('main', AWS, { formerIsGone: false });
    expect(claims.held(AWS)).toBe(false);
    await expect(claims.require('main', AWS)).rejects.toMatchObject({ reason: 'DependencyNotReady' });
    // The former may believe what it read just before for a check and its slack.
    expect(former.held(AWS)).toBe(true);
    await clock.advance(CHECK_MS + 60_000);
    expect(former.held(AWS)).toBe(false);
    expect(claims.held(AWS)).toBe(false);
    await clock.advance(handoverMs(CHECK_MS) - CHECK_MS - 60_000);
    await claims.require('main', AWS);
    expect(claims.held(AWS)).toBe(true);
    await expect(former.require('main', AWS)).rejects.toMatchObject({ reason: 'AccountNotReady' });
  });

  it('acts at once where the former cluster is gone', async () => {
    await claimsOf('a').make('main', AWS);
    const claims = claimsOf('b');
    await claims.move('main', AWS, { formerIsGone: true });
    await claims.require('main', AWS);
    expect(claims.held(AWS)).toBe(true);
  });

  it('keeps no failure, and wants a claim before anything else', async () => {
    const claims = claimsOf('a');
    await expect(claims.require('main', AWS)).rejects.toMatchObject({ reason: 'DependencyNotReady' });
    iam.lost = answered('AccessDenied');
    await expect(claims.make('main', AWS)).rejects.toThrow('AccessDenied');
    expect((await claims.read('main', AWS, { fresh: true }))?.cluster).toBe('a');
  });
});

import { ModifyReplicationGroupCommand } from '@aws-sdk/client-elasticache';
import { Waiting } from '../../errors.ts';
import { READY, type ActionContext } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { haveRead } from '../ecs/restarts.ts';
import { onOurSecrets } from '../secretsmanager/secret.ts';
import { readCredentials, type StoredPassword } from '../secretsmanager/value.ts';
import type { AwsKind } from '../kind.ts';
import type { AwsSession } from '../session.ts';
import { pendingOf } from './replication-group-diff.ts';
import { idOf, layOver, replicationGroups, type CacheGroup } from './replication-groups.ts';
import { onOurs, tagging, updateTags } from './shared.ts';
import { aboutToGive, givenTo, tokenOf, type Strategy } from './token-state.ts';

export interface AuthTokenInputs {
  readonly groupArn: string;
  readonly token: StoredPassword;
  /** The mark of the token that whoever reads the secret gets. */
  readonly currentMark: string;
  /** The services whose tasks log in with it. */
  readonly readers: readonly TokenReader[];
}

/** A service whose tasks read the token when they start. */
export interface TokenReader {
  /** `EcsService/namespace/name`. */
  readonly owner: string;
  /** What its output `passwordsRead` says. */
  readonly passwordsRead: string;
}

const SORT = 'replicationgroup';

/** The end of a rotation: the token before is refused when nobody is left who was told no other. */
export const authTokenKind: AwsKind<AuthTokenInputs, CacheGroup> = {
  type: 'AuthToken',
  collection: replicationGroups,
  idempotency: 'natural',
  iam: [...onOurs(SORT, 'ModifyReplicationGroup'), ...tagging(SORT), ...onOurSecrets('GetSecretValue')],
  after: [],

  find: (view, { groupArn }) => view.get(groupArn),
  diff(_inputs, group) {
    // A group is made with its token, and takes no other.
    if (!group || givenTo(group)?.strategy !== 'ROTATE') return [];
    return [{ path: 'formerToken', from: 'accepted', to: 'refused' }];
  },
  state: () => READY,
  outputs: (group) => ({ id: idOf(group) }),
  gone: () => false,
  needs: (group) => [idOf(group)],

  async update(context, { token, currentMark, readers }, group, _changes) {
    if (tokenOf(group) !== token.mark || currentMark !== token.mark)
      throw new Waiting('WaitingForAws', 'the former token is refused when the new one is the current one');
    const behind = readers.filter(({ passwordsRead }) => !haveRead(passwordsRead, currentMark));
    if (behind.length > 0)
      throw new Waiting(
        'DependencyNotReady',
        `the former token is refused when all tasks of ${behind.map(({ owner }) => owner).join(', ')} are started for the new one`,
      );
    await giveToken({ context, group, token, strategy: 'SET' });
    layOver(context, group, { Status: 'modifying' });
  },
};

/** Tells a group its token. The tag goes first: see {@link aboutToGive}. */
export async function giveToken(at: {
  readonly context: ActionContext<AwsSession>;
  readonly group: CacheGroup;
  readonly token: StoredPassword;
  readonly strategy: Strategy;
}): Promise<void> {
  const { context, group, token, strategy } = at;
  const { ReplicationGroupId = '', Status } = group;
  if (Status !== 'available')
    throw new Waiting('WaitingForAws', `cache ${ReplicationGroupId} is ${Status}; its token follows`);
  // A token is given at once, and with it whatever waits for the window.
  const waiting = pendingOf(group.node);
  if (waiting.length > 0)
    throw new Waiting(
      'WaitingForAws',
      `cache ${ReplicationGroupId}: the token follows ${waiting.join(', ')}, which AWS does in the maintenance window`,
    );
  const { password: AuthToken } = await readCredentials(context.session, token);
  const note = { path: `tags.${TAG.password}`, to: aboutToGive(token.mark, strategy, group) };
  await updateTags(context, replicationGroups, idOf(group), [note]);
  await context.session.elasticache.send(
    new ModifyReplicationGroupCommand({
      ReplicationGroupId,
      AuthToken,
      AuthTokenUpdateStrategy: strategy,
      ApplyImmediately: true,
    }),
  );
}

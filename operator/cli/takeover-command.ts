import { type Account, accountIdOf } from '../api/account.ts';
import { GROUP, VERSION } from '../api/common.ts';
import { TAKEOVER_ANNOTATION, takeoverOf } from '../controllers/account-claim.ts';
import { clusterText } from '../controllers/claims.ts';
import { sleep, systemClock as clock } from '../clock.ts';
import { listAll, type KubeClient } from '../kube/client.ts';
import { clusterUid } from '../kube/cluster.ts';
import { resourcePath } from '../kube/path.ts';
import { connect, type ClusterOptions } from './cluster.ts';
import { DONE, NOT_DONE } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { Failures, type Failure } from './usage.ts';

export interface TakeoverOptions extends ClusterOptions {
  readonly formerIsGone?: boolean;
  readonly yes?: boolean;
}

/** How long the operator is given to move a claim, in milliseconds. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 250;

/** An Account whose account another cluster has claimed. */
interface Claimed {
  readonly name: string;
  readonly accountId: string;
  readonly claim: NonNullable<Account['status']['claim']>;
}

/**
 * Moves accounts from another cluster with the same installation id to this one: all that Accounts of this cluster
 * are refused for, or those named. It asks the operator to, by an annotation of the Account, and needs no credentials
 * of AWS. Exit code 2 where `--yes` is missing.
 */
export async function takeoverCommand(
  names: readonly string[],
  options: TakeoverOptions,
  terminal: Terminal,
): Promise<number> {
  const { client } = connect(options);
  try {
    const uid = await clusterUid(client);
    const { items } = await listAll<Account>(client, pathOf());
    const claimed = claimedOf(items, names, uid);
    if (claimed.length === 0) {
      terminal.out('No account of an Account here is claimed by another cluster.');
      return DONE;
    }
    const formerIsGone = options.formerIsGone === true;
    for (const { name, accountId, claim } of claimed) {
      const from = clusterText({ cluster: claim.cluster, name: claim.name ?? '' });
      terminal.out(`Account ${name}: account ${accountId}, claimed by ${from} since ${claim.since}`);
    }
    if (options.yes !== true) {
      terminal.out(
        formerIsGone
          ? 'This cluster would act there at once. Say --yes if the other cluster is gone for good.'
          : 'This cluster would act there as soon as the other has surely noticed and stopped, some minutes later. Say --yes to do it.',
      );
      return NOT_DONE;
    }
    for (const one of claimed) await moved(client, { ...one, uid, formerIsGone }, terminal);
    return DONE;
  } finally {
    client.close();
  }
}

function claimedOf(accounts: readonly Account[], names: readonly string[], uid: string): Claimed[] {
  const unknown = names.filter((name) => !accounts.some(({ metadata }) => metadata.name === name));
  if (unknown.length > 0) {
    throw new Failures(
      unknown.map((name): Failure => {
        const known = accounts.map(({ metadata }) => metadata.name).join(', ') || 'none';
        const message = `there is no Account ${name} in this cluster; it has ${known}`;
        return { reason: 'AccountNotFound', message };
      }),
    );
  }
  return accounts.flatMap(({ metadata: { name }, spec, status }) => {
    const { claim } = status;
    if (claim === undefined || claim.cluster === uid) return [];
    if (names.length > 0 && !names.includes(name)) return [];
    return [{ name, accountId: accountIdOf(spec), claim }];
  });
}

interface Move extends Claimed {
  readonly uid: string;
  readonly formerIsGone: boolean;
}

async function moved(
  client: KubeClient,
  { name, accountId, claim, uid, formerIsGone }: Move,
  terminal: Terminal,
): Promise<void> {
  const annotations = { [TAKEOVER_ANNOTATION]: takeoverOf(claim, { formerIsGone }) };
  await client.mergePatch(pathOf(name), { metadata: { annotations } });
  const until = clock.now() + PATIENCE_MS;
  for (;;) {
    const { status } = await client.get<Account>(pathOf(name));
    if (status.claim?.cluster === uid) {
      const { from } = status.claim;
      const when = from === undefined ? 'now' : `at ${from}, when the other cluster has surely stopped`;
      terminal.out(`Account ${name}: account ${accountId} belongs to this cluster; it begins there ${when}.`);
      return;
    }
    if (clock.now() > until) {
      const ready = status.conditions?.find(({ type }) => type === 'Ready');
      const message = `the operator has not moved the claim on account ${accountId} for Account ${name} within ${PATIENCE_MS / 1000} s (${ready?.reason ?? 'no condition'}: ${ready?.message ?? 'none'}); is it running? It moves the claim as soon as it is`;
      throw new Failures([{ object: `Account ${name}`, reason: 'NotMoved', message }]);
    }
    await sleep(clock, LOOK_MS);
  }
}

function pathOf(name?: string): string {
  return resourcePath({
    group: GROUP,
    version: VERSION,
    plural: 'accounts',
    ...(name !== undefined && { name }),
  });
}

import { ACCOUNT_FINALIZER } from '../controllers/account.ts';
import { FINALIZER } from '../controllers/pass.ts';
import { RELEASE_ANNOTATION } from '../controllers/planning.ts';
import type { Config } from '../config.ts';
import type { KubeClient } from '../kube/client.ts';
import { isNotFound } from '../kube/errors.ts';
import { removeFinalizer } from '../kube/finalizer.ts';
import type { KubeObject } from '../kube/types.ts';
import { connect, type ClusterOptions } from './cluster.ts';
import { DONE, NOT_DONE } from './exit-codes.ts';
import { accountPart, crdPart, findInstalled, type Installed, type Part } from './installed.ts';
import { gitopsOf, keyOf, pathOf, titleOf } from './named.ts';
import { markReleased } from './release-command.ts';
import { configAs, untilGone } from './removal.ts';
import { standIn } from './stand-in.ts';
import type { Terminal } from './terminal.ts';
import { Failures, UsageError } from './usage.ts';
import { counted } from './words.ts';

export interface UninstallOptions extends ClusterOptions {
  readonly retain?: boolean;
  readonly delete?: boolean;
  readonly yes?: boolean;
  readonly withoutAws?: boolean;
  /** In seconds, for each step. */
  readonly timeout: number;
}

const AGAIN = 'Mend that and run the same command again; it goes on where it stopped';

/**
 * Takes Landfall out of a cluster in the order in which nothing waits for what is gone already: objects, Accounts with
 * their claims, the operator and what it runs as, CRDs. Each step takes what it finds, so that it may be run again at
 * any time. Exit code 2 where `--yes` is missing: then it only says what there is and what it waits for.
 */
export async function uninstallCommand(
  _: readonly string[],
  options: UninstallOptions,
  terminal: Terminal,
): Promise<number> {
  if ((options.retain === true) === (options.delete === true)) {
    const instead = (command: string) => `${command} --retain`;
    throw new UsageError('say what becomes of AWS: --retain leaves all as it is, --delete deletes it', {
      instead,
    });
  }
  if (options.withoutAws === true && options.retain !== true) {
    const instead = (command: string) => `${command} --retain --without-aws`;
    throw new UsageError('--without-aws can only leave AWS as it is', { instead });
  }
  const { client, config } = connect(options);
  try {
    const found = await findInstalled(client);
    terminal.out(surveyText(found, options));
    if (isNothing(found)) return DONE;
    if (options.yes !== true) {
      terminal.out('\nNothing was changed. Say --yes to do it.');
      return NOT_DONE;
    }
    await uninstall({ client, config: configAs(config, options, found.objects), options, terminal }, found);
    terminal.out(
      'Landfall is out of this cluster. The namespace that it ran in is left, with what else is there.',
    );
    return DONE;
  } finally {
    client.close();
  }
}

interface Work {
  readonly client: KubeClient;
  readonly config: Config;
  readonly options: UninstallOptions;
  readonly terminal: Terminal;
}

async function uninstall(work: Work, found: Installed): Promise<void> {
  const { client, config, options, terminal } = work;
  if (options.withoutAws === true) await withoutAws(work, found);
  else {
    requireAccounts(found);
    const keys = new Set([
      ...found.objects.map(keyOf),
      ...found.accounts.map(({ metadata }) => `Account/${metadata.name}`),
    ]);
    const stand = await standIn({
      client,
      config,
      only: (key) => keys.has(key),
      onBegin: (why) => terminal.note(`landfall: ${why}; this process does the operator's work`),
    });
    try {
      await removeObjects(work, found);
      await removeAccounts(work, found);
    } finally {
      await stand.stop();
    }
  }
  await removeParts(work, 'The operator', (await findInstalled(client)).parts);
  await removeParts(work, 'CRDs', found.crds.map(crdPart));
}

async function removeObjects({ client, options, terminal }: Work, { objects }: Installed): Promise<void> {
  if (objects.length === 0) return;
  terminal.out(`${options.retain === true ? 'Releasing' : 'Deleting'} ${counted(objects.length, 'object')}:`);
  for (const { object, ...named } of objects) {
    if (options.retain === true) await markReleased(client, named);
    else {
      // Of an earlier run that was to retain.
      if (object.metadata.annotations?.[RELEASE_ANNOTATION] !== undefined)
        await client.mergePatch(pathOf(named), { metadata: { annotations: { [RELEASE_ANNOTATION]: null } } });
      await client.delete(pathOf(named));
    }
  }
  const leaving = objects.map((named) => ({ title: titleOf(named), path: pathOf(named) }));
  const advice = options.retain === true ? `${AGAIN}, or with --without-aws` : AGAIN;
  await untilGone(leaving, { client, terminal, timeoutMs: options.timeout * 1000, advice });
}

async function removeAccounts({ client, options, terminal }: Work, { accounts }: Installed): Promise<void> {
  if (accounts.length === 0) return;
  terminal.out(`Deleting ${counted(accounts.length, 'Account')}, each with the claim on its account:`);
  const leaving = accounts.map(accountPart);
  for (const { path } of leaving) await client.delete(path);
  await untilGone(leaving, { client, terminal, timeoutMs: options.timeout * 1000, advice: AGAIN });
}

async function removeParts(
  { client, options, terminal }: Work,
  what: string,
  parts: readonly Part[],
): Promise<void> {
  if (parts.length === 0) return;
  terminal.out(`${what}:`);
  for (const { path } of parts) await client.delete(path);
  await untilGone(parts, { client, terminal, timeoutMs: options.timeout * 1000, advice: AGAIN });
}

/** Takes every finalizer of ours off; nothing in AWS is asked for or changed. */
async function withoutAws(work: Work, found: Installed): Promise<void> {
  const { client } = work;
  for (const named of found.objects) {
    await markReleased(client, named);
    await letGo(client, pathOf(named), FINALIZER);
  }
  for (const account of found.accounts) {
    const { path } = accountPart(account);
    await client.delete(path);
    await letGo(client, path, ACCOUNT_FINALIZER);
  }
}

async function letGo(client: KubeClient, path: string, finalizer: string): Promise<void> {
  try {
    await removeFinalizer(client, path, await client.get<KubeObject>(path), finalizer);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Without its Account nobody can reach what an object made. */
function requireAccounts({ objects, accounts }: Installed): void {
  const names = new Set(accounts.map(({ metadata }) => metadata.name));
  const lost = objects.filter(({ object }) => !names.has(object.spec.accountRef.name));
  if (lost.length === 0) return;
  throw new Failures(
    lost.map(({ object, ...named }) => ({
      object: titleOf(named),
      reason: 'AccountNotFound',
      message: `its Account ${object.spec.accountRef.name} is gone, so that nobody can reach its things in AWS; apply the Account again (and crds/ before it, where that is gone), or leave them with --retain --without-aws`,
    })),
  );
}

function isNothing({ objects, accounts, parts, crds }: Installed): boolean {
  return objects.length + accounts.length + parts.length + crds.length === 0;
}

/** What there is, what would become of it, and what keeps what is going already. */
function surveyText(found: Installed, options: UninstallOptions): string {
  if (isNothing(found)) return 'Landfall is not in this cluster.';
  const { objects, accounts, parts, crds, goingNamespaces, holders } = found;
  const programs = [...new Set(objects.flatMap(({ object }) => gitopsOf(object) ?? []))];
  const things = objects.reduce((sum, { object }) => sum + (object.status.resources ?? []).length, 0);
  const kept = objects.filter(({ object }) => object.spec.deletionPolicy === 'Retain').length;
  const fate =
    options.retain === true
      ? 'released: their things stay in AWS'
      : `deleted, with ${counted(things, 'thing')} in AWS${kept > 0 ? `; of ${counted(kept, 'object')} with deletionPolicy Retain the things stay` : ''}`;
  const going = objects.filter(({ object }) => object.metadata.deletionTimestamp !== undefined);
  return [
    `1. ${counted(objects.length, 'object')} ${fate}`,
    ...going.map(({ object, ...named }) => `   ${titleOf(named)} is going: ${waitsFor(object)}`),
    ...goingNamespaces.map((name) => `   namespace ${name} is being deleted and waits for its objects`),
    `2. ${counted(accounts.length, 'Account')} deleted, each with the claim on its account`,
    `3. ${counted(parts.length, 'part')} of the operator deleted${holders.length === 0 ? '; no operator runs, so that this process does its work' : ''}`,
    `4. ${counted(crds.length, 'CRD')} deleted`,
    ...crds
      .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
      .map(({ metadata }) => `   CRD ${metadata.name} is being deleted and waits for its objects`),
    ...programs.map((program) => `${program} makes objects again: take them out of Git first`),
  ].join('\n');
}

function waitsFor({ status }: Installed['objects'][number]['object']): string {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return ready ? `${ready.reason}: ${ready.message}` : 'no operator has seen it';
}

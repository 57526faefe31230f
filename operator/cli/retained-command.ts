import { type Account, accountIdOf } from '../api/account.ts';
import type { Config } from '../config.ts';
import { checkAccount } from '../controllers/account-identity.ts';
import type { Targets } from '../controllers/targets.ts';
import { Terminal as Refusal } from '../errors.ts';
import { TAG } from '../graph/ownership.ts';
import { leftSince } from '../graph/retention.ts';
import { contextOf, pathsOf, placeText, type CommonOptions } from './context.ts';
import { DONE, FAILED } from './exit-codes.ts';
import { failureOf } from './failure-of.ts';
import { failuresText } from './failures-text.ts';
import { readers } from './live.ts';
import { readManifests } from './manifests.ts';
import { tableText } from './table.ts';
import type { Terminal } from './terminal.ts';
import { UsageError, type Failure } from './usage.ts';

export interface RetainedOptions extends CommonOptions {
  readonly json?: boolean;
}

/** One thing that was left in AWS on purpose. */
export interface RetainedThing {
  readonly account: { readonly name: string; readonly id: string };
  /** The first region of the Account for what is one in all regions. */
  readonly region: string;
  readonly kind: string;
  readonly id: string;
  /** `SecureVpc/portal/portal`: the object that made it. */
  readonly owner: string;
  /** When it was left, RFC 3339. */
  readonly since: string;
}

/** Lists what was left in the accounts of the manifests on purpose, by its tag. Exit code 1 if an Account cannot be read. */
export async function retainedCommand(options: RetainedOptions, terminal: Terminal): Promise<number> {
  const { accounts } = await readManifests(pathsOf(options), options);
  if (accounts.length === 0) {
    throw new UsageError('there is no Account among the manifests; give their folder with -f', {
      instead: (command) => `${command} -f manifests/`,
    });
  }
  const { config, place } = contextOf(options, terminal);
  const { targets } = readers(config);
  const results = await Promise.all(
    accounts.map(async (found): Promise<{ things: RetainedThing[]; failures: Failure[] }> => {
      try {
        return { things: await thingsIn(config, targets, found.value), failures: [] };
      } catch (error) {
        return { things: [], failures: [failureOf(found, error)] };
      }
    }),
  ).finally(() => targets.close());
  const things = results.flatMap((result) => result.things);
  const failures = results.flatMap((result) => result.failures);
  const { installation } = config;
  if (options.json === true) {
    const endpoint = place.endpoint ?? null;
    terminal.out(
      JSON.stringify({ version: 1, installation, endpoint, things, errors: failures }, undefined, 2),
    );
  } else {
    terminal.out(`${placeText(place)}, installation ${installation}\n`);
    terminal.out(things.length === 0 ? 'Nothing was left on purpose.' : retainedTable(things));
  }
  if (failures.length > 0) terminal.note(`\n${failuresText(failures, terminal.paint)}`);
  return failures.length > 0 ? FAILED : DONE;
}

async function thingsIn(config: Config, targets: Targets, account: Account): Promise<RetainedThing[]> {
  const { name } = account.metadata;
  const { verdict } = await checkAccount({ targets, installation: config.installation }, account, {
    fresh: false,
  });
  if (verdict.kind !== 'ready') throw new Refusal('AccountNotReady', `${verdict.reason}: ${verdict.message}`);
  const found = new Map<string, RetainedThing>();
  // The cluster itself is in none, and is one place.
  for (const region of account.spec.aws?.regions ?? ['']) {
    const { kinds, world } = targets.open(name, account.spec, region);
    await world.load();
    for (const kind of kinds.values()) {
      if (!kind.create) continue;
      const { type, collection } = kind;
      for (const record of world.view(collection).all()) {
        const tags = collection.tags(record);
        const left = tags[TAG.retained];
        const id = collection.id(record);
        if (left === undefined || found.has(`${type} ${id}`)) continue;
        const owner = tags[TAG.owner] ?? '';
        found.set(`${type} ${id}`, {
          account: { name, id: accountIdOf(account.spec) },
          region,
          kind: type,
          id,
          owner,
          since: leftSince(left),
        });
      }
    }
  }
  return [...found.values()].sort((a, b) => compare(a, b));
}

function compare(a: RetainedThing, b: RetainedThing): number {
  return a.owner === b.owner ? a.kind.localeCompare(b.kind) : a.owner.localeCompare(b.owner);
}

/** The table of the command, for people. */
function retainedTable(things: readonly RetainedThing[]): string {
  return tableText(
    ['ACCOUNT', 'REGION', 'KIND', 'ID', 'OWNER', 'SINCE'],
    things.map(({ account, region, kind, id, owner, since }) => [
      account.name,
      region,
      kind,
      id,
      owner,
      since,
    ]),
    (line) => line,
  );
}

import { type Account, accountIdOf, LOCAL } from '../api/account.ts';
import { defaultExternalId } from '../aws/credentials.ts';
import { checkAccount } from '../controllers/account-identity.ts';
import { contextOf, pathsOf, placeText, type CommonOptions } from './context.ts';
import { DONE, FAILED } from './exit-codes.ts';
import { failuresText } from './failures-text.ts';
import { readers } from './live.ts';
import { readManifests, titleOf } from './manifests.ts';
import { tableText } from './table.ts';
import type { Terminal } from './terminal.ts';
import { UsageError, type Failure } from './usage.ts';

export interface AccountsOptions extends CommonOptions {
  readonly json?: boolean;
}

/** One Account and who the command line is there. */
interface AccountRow {
  readonly name: string;
  readonly accountId: string;
  readonly role: string | null;
  readonly profile: string | null;
  readonly externalId: string | null;
  /** Null where AWS did not say. */
  readonly caller: string | null;
  readonly failure: Failure | null;
}

/** Asks AWS for every Account who the credentials belong to. Exit code 1 if any of them is not as the manifest says. */
export async function accountsCommand(options: AccountsOptions, terminal: Terminal): Promise<number> {
  const { accounts } = await readManifests(pathsOf(options), options);
  if (accounts.length === 0)
    throw new UsageError('there is no Account among the manifests; give their folder with -f', {
      instead: (command) => `${command} -f manifests/`,
    });
  const { config, place } = contextOf(options, terminal);
  const { targets } = readers(config);
  const rows = await Promise.all(
    accounts.map(async ({ place: at, value }) => {
      const deps = { targets, installation: config.installation };
      const { identity, verdict } = await checkAccount(deps, value, { fresh: true });
      const { reason, message } = verdict.kind === 'ready' ? { reason: 'Succeeded', message: '' } : verdict;
      const failure = verdict.kind === 'ready' ? null : { ...at, object: titleOf(value), reason, message };
      return rowOf(value, config.installation, identity?.arn ?? null, failure);
    }),
  ).finally(() => targets.close());
  const failures = rows.flatMap(({ failure }) => failure ?? []);
  if (options.json === true) {
    terminal.out(
      JSON.stringify({ version: 1, endpoint: place.endpoint ?? null, accounts: rows }, undefined, 2),
    );
  } else {
    terminal.out(`${placeText(place)}\n`);
    terminal.out(accountsTable(rows, terminal));
    if (failures.length > 0) terminal.note(`\n${failuresText(failures, terminal.paint)}`);
  }
  return failures.length > 0 ? FAILED : DONE;
}

function rowOf(
  { metadata, spec }: Account,
  installation: string,
  caller: string | null,
  failure: Failure | null,
): AccountRow {
  const { aws } = spec;
  return {
    name: metadata.name,
    accountId: accountIdOf(spec),
    role: aws?.roleArn ?? null,
    profile: aws?.profile ?? null,
    externalId:
      aws?.roleArn === undefined ? null : (aws.externalId ?? defaultExternalId(installation, metadata.name)),
    caller,
    failure,
  };
}

function accountsTable(rows: readonly AccountRow[], { paint }: Terminal): string {
  return tableText(
    ['', 'ACCOUNT', 'ID', 'PROFILE', 'ROLE', 'EXTERNAL ID', 'CALLER'],
    rows.map(({ failure, name, accountId, profile, role, externalId, caller }) => [
      failure === null ? '✓' : '✗',
      name,
      accountId,
      profile ?? (accountId === LOCAL ? '–' : '(default)'),
      role ?? '–',
      externalId ?? '–',
      failure === null ? (caller ?? '') : [failure.reason, caller].filter(Boolean).join(': '),
    ]),
    (line, index) => (rows[index]?.failure === null ? line : paint.red(line)),
  );
}

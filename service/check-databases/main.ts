import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { loadEnvFile } from 'node:process';
import { Command, InvalidArgumentError, Option } from 'commander';
import { pino } from 'pino';
import { type Config, ConfigError, readConfig } from '../config.ts';
import type { Store } from '../stores/store.ts';
import { checkAll, checkPerformance, type Outcome, type Speed } from './checks.ts';
import type { Subject } from './subject.ts';
import { table } from './table.ts';

const root = resolve(import.meta.dirname, '../..');

interface Given {
  readonly env: 'dev' | 'staging' | 'prod';
  readonly testAll?: true;
  readonly testPerformance?: true;
  readonly seconds: number;
}

const program = new Command('check:databases')
  .description(
    'Checks the databases of the service, which it finds by the same environment; .landfall/service-NAME.env adds to it.',
  )
  .addOption(
    new Option('--env <name>', 'which environment; in prod nothing is written')
      .choices(['dev', 'staging', 'prod'])
      .makeOptionMandatory(),
  )
  .option('--test-all', 'connection, TLS, schema, and a row that is written, read and deleted')
  .option('--test-performance', 'latency and operations per second over ten connections')
  .option('--seconds <number>', 'how long each operation is measured', secondsOf, 3);

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 600)) throw new InvalidArgumentError('It is a number up to 600.');
  return seconds;
}

async function main(): Promise<boolean> {
  const given = program.parse().opts<Given>();
  if (!given.testAll && !given.testPerformance)
    program.error('error: say --test-all, --test-performance, or both');
  const file = join(root, '.landfall', `service-${given.env}.env`);
  const hasFile = existsSync(file);
  // What the environment says itself goes before.
  if (hasFile) loadEnvFile(file);
  const config = readConfig();
  print(
    `Checking ${given.env}: the ${config.mode}, by the environment${hasFile ? ` and ${relative('', file)}` : ''}.`,
  );

  const ending = new AbortController();
  process.once('SIGINT', () => ending.abort());
  const mayWrite = given.env !== 'prod';
  const outcomes: Outcome[] = [];
  const speeds: Speed[] = [];
  for (const [name, open] of await subjectsOf(config)) {
    if (!open) {
      outcomes.push({ store: name, check: 'all', result: 'disabled', detail: 'is not configured' });
      continue;
    }
    const subject = open();
    try {
      if (given.testAll) outcomes.push(...(await checkAll(subject, mayWrite)));
      if (given.testPerformance)
        speeds.push(...(await checkPerformance(subject, mayWrite, given.seconds * 1000, ending.signal)));
    } finally {
      await subject.close();
    }
    if (ending.signal.aborted) break;
  }

  if (outcomes.length > 0) print(`\n${outcomesTable(outcomes)}`);
  if (speeds.length > 0) print(`\n${speedsTable(speeds)}`);
  const failed = outcomes.filter(({ result }) => result === 'FAILED').length;
  const slow = speeds.filter(({ figures }) => !figures).length;
  if (ending.signal.aborted) print('\nInterrupted.');
  else if (failed + slow > 0) print(`\n${failed + slow} failed.`);
  else
    print(
      outcomes.every(isDisabled) && speeds.length === 0 ? '\nNo database is configured.' : '\nAll is well.',
    );
  return failed + slow === 0 && !ending.signal.aborted;
}

type Opened = readonly [name: Store['name'], open: (() => Subject) | undefined];

/** The stores that the mode may have. Drivers of others are not loaded. */
async function subjectsOf({ mode, database, redis, dynamo, requestTimeoutMs }: Config): Promise<Opened[]> {
  const log = pino({ level: 'silent' });
  const { redis: cache } = await import('./subjects/redis.ts');
  const cached: Opened = ['redis', redis && (() => cache(redis, log))];
  if (mode === 'portal') {
    const { mysql } = await import('./subjects/mysql.ts');
    return [['mysql', database && (() => mysql(database, log, requestTimeoutMs))], cached];
  }
  const { postgresql } = await import('./subjects/postgresql.ts');
  const { dynamodb } = await import('./subjects/dynamodb.ts');
  return [
    ['postgresql', database && (() => postgresql(database, log, requestTimeoutMs))],
    ['dynamodb', dynamo && (() => dynamodb(dynamo, log))],
    cached,
  ];
}

function isDisabled({ result }: Outcome): boolean {
  return result === 'disabled';
}

function outcomesTable(outcomes: readonly Outcome[]): string {
  return table(
    ['STORE', 'CHECK', 'RESULT', 'DETAIL'],
    outcomes.map(({ store, check, result, detail }) => [store, check, result, detail]),
  );
}

function speedsTable(speeds: readonly Speed[]): string {
  const figures = ['PER SECOND', 'P50 MS', 'P95 MS', 'P99 MS'];
  return table(
    ['STORE', 'OPERATION', ...figures, 'RESULT'],
    speeds.map(({ store, operation, figures: all, failed }) => [
      store,
      operation,
      ...(all
        ? [all.perSecond.toFixed(0), all.p50.toFixed(2), all.p95.toFixed(2), all.p99.toFixed(2), 'ok']
        : ['', '', '', '', `FAILED: ${failed}`]),
    ]),
    new Set(figures),
  );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  process.stderr.write(
    `${error instanceof ConfigError ? `The environment is not valid:\n${error.message}` : String(error)}\n`,
  );
  process.exitCode = 1;
}

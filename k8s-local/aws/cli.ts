import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type LedgerEntry, adminClient } from './admin-client.ts';
import { writeIdentityFiles } from './identity-files.ts';
import { clientEnvironment, serverCommand } from './local-aws.ts';

const root = resolve(import.meta.dirname, '../..');
const state = process.env['LANDFALL_STATE'] ?? join(root, '.landfall');
const folder = join(state, 'aws');
const stateFile = join(folder, 'server.json');
const logFile = join(folder, 'server.log');
const envFile = join(state, 'aws.env');
const region = process.env['LANDFALL_AWS_REGION'] ?? 'us-east-1';

interface ServerState {
  url: string;
  pid: number;
}

const usage = `usage: cli.ts up [--port N] | down | status | env | ledger [--after SEQ] [--writes] [--json] | dump`;

class UsageError extends Error {}

async function running(): Promise<ServerState | undefined> {
  if (!existsSync(stateFile)) return undefined;
  const server = JSON.parse(await readFile(stateFile, 'utf8')) as ServerState;
  return (await adminClient(server.url).ready()) ? server : undefined;
}

async function mustRun(): Promise<ServerState> {
  const server = await running();
  if (!server) throw new UsageError('No local AWS is running; start one with: cli.ts up');
  return server;
}

function taken(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), answer(true)));
    socket.once('error', () => answer(false));
  });
}

async function environment(url: string): Promise<Record<string, string>> {
  return clientEnvironment(url, region, await writeIdentityFiles(folder, region));
}

function exportLines(env: Record<string, string>): string {
  return Object.entries(env)
    .map(([key, value]) => `export ${key}='${value}'`)
    .join('\n');
}

async function up(port: number): Promise<void> {
  const already = await running();
  if (already) {
    console.error(`The local AWS is already running at ${already.url} (process ${already.pid}).`);
    console.log(exportLines(await environment(already.url)));
    return;
  }
  if (await taken(port)) {
    throw new UsageError(
      `Port ${port} is taken by another program; choose one with --port N or LANDFALL_AWS_PORT.`,
    );
  }
  const server = await serverCommand(port, process.env, (line) => console.error(line));
  await mkdir(folder, { recursive: true });
  const out = openSync(logFile, 'w');
  const child = spawn(server.command, server.args, {
    env: server.env,
    detached: true,
    stdio: ['ignore', out, out],
  });
  closeSync(out);
  child.unref();
  const url = `http://127.0.0.1:${port}`;
  const admin = adminClient(url);
  const deadline = Date.now() + 60_000;
  while (!(await admin.ready())) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(
        `The local AWS did not start; its last words:\n${(await readFile(logFile, 'utf8')).slice(-2000)}`,
      );
    }
    await sleep(100);
  }
  await writeFile(stateFile, JSON.stringify({ url, pid: child.pid ?? 0 } satisfies ServerState));
  const env = await environment(url);
  const lines = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  await writeFile(envFile, `${lines.join('\n')}\n`);
  console.error(`The local AWS listens at ${url}; its log: ${logFile}`);
  console.log(exportLines(env));
}

async function down(): Promise<void> {
  const server = await running();
  if (server) {
    process.kill(server.pid, 'SIGTERM');
    while (await adminClient(server.url).ready()) await sleep(50);
    console.error('The local AWS is stopped; its state is gone.');
  } else {
    console.error('No local AWS was running.');
  }
  await rm(stateFile, { force: true });
  await rm(envFile, { force: true });
}

function ledgerLine(entry: LedgerEntry): string {
  const mark = entry.write ? 'W' : ' ';
  const what = `${entry.service ?? '?'}:${entry.action ?? '?'}`;
  const fault = entry.fault === null ? '' : ` (fault: ${entry.fault})`;
  return `${entry.seq} ${entry.time} ${mark} ${entry.account ?? '-'} ${what} ${entry.error ?? entry.status} ${entry.durationMs} ms${fault}`;
}

function option(args: string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

async function main(command: string | undefined, args: string[]): Promise<void> {
  switch (command) {
    case 'up': {
      const port = Number(option(args, '--port') ?? process.env['LANDFALL_AWS_PORT'] ?? 4566);
      if (!Number.isInteger(port) || port < 1 || port > 65_535)
        throw new UsageError('--port wants a number of 1 to 65535.');
      return up(port);
    }
    case 'down':
      return down();
    case 'status': {
      const server = await running();
      console.log(server ? `running at ${server.url} (process ${server.pid})` : 'not running');
      process.exitCode = server ? 0 : 1;
      return;
    }
    case 'env':
      console.log(exportLines(await environment((await mustRun()).url)));
      return;
    case 'ledger': {
      const entries = await adminClient((await mustRun()).url).ledger(Number(option(args, '--after') ?? 0));
      const shown = args.includes('--writes') ? entries.filter((entry) => entry.write) : entries;
      console.log(args.includes('--json') ? JSON.stringify(shown) : shown.map(ledgerLine).join('\n'));
      return;
    }
    case 'dump':
      console.log(await adminClient((await mustRun()).url).dump());
      return;
    case undefined:
    default:
      throw new UsageError(usage);
  }
}

try {
  await main(process.argv[2], process.argv.slice(3));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

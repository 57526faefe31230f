#!/usr/bin/env node
// The command line itself needs Node 24. This starts on any Node from 20 on, and hands over to the bundle or,
// in a clone, to the sources, with the Node that npm installed beside them.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundle = join(root, 'dist', 'cli.js');
const source = join(root, 'operator', 'cli', 'main.ts');
const major = Number(process.versions.node.split('.')[0]);

/** Whether the bundle is there and no source is newer: in a clone, an edit or a pull makes it stale. */
function bundleIsCurrent() {
  if (!existsSync(bundle)) return false;
  if (!existsSync(source)) return true;
  const builtAt = statSync(bundle).mtimeMs;
  return readdirSync(join(root, 'operator'), { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .every((file) => statSync(join(root, 'operator', file)).mtimeMs <= builtAt);
}

/** The Node 24 of the npm package `node`; undefined where it is not installed. */
function installedNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    return [join(folder, 'bin', 'node'), join(folder, 'bin', 'node.exe')].find((file) => existsSync(file));
  } catch {
    return undefined;
  }
}

function fail(message) {
  process.stderr.write(`landfall: ${message}\n`);
  process.exit(1);
}

const bundled = bundleIsCurrent();
const entry = bundled ? bundle : source;
if (!existsSync(entry))
  fail('the package is incomplete: neither dist/cli.js nor operator/cli/main.ts is there');
// Compiled code is kept: the AWS SDK takes longer to compile than AWS to answer.
const cache =
  process.env.LANDFALL_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'landfall');
const compiled = join(cache, 'compiled');
// The bundle runs from Node 22 on; only Node 24 runs TypeScript.
if (major >= (bundled ? 22 : 24)) {
  nodeModule.enableCompileCache?.(compiled);
  process.argv[1] = entry;
  await import(pathToFileURL(entry).href);
} else {
  const node = installedNode();
  const wanted = bundled
    ? 'Node 22 or later: install it'
    : `Node 24: run npm install in ${root}, or install Node 24`;
  if (!node) fail(`this is Node ${process.version}, and it needs ${wanted}`);
  const child = spawn(node, [entry, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: compiled, ...process.env },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

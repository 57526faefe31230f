import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { PORTS } from '../../service/ports.ts';
import { dockerAnswers } from '../aws/container.ts';
import { Endings } from '../demo/endings.ts';
import { Interrupted, onInterruption } from '../demo/interruption.ts';
import { heading, say } from '../demo/screen.ts';
import { hints } from './hints.ts';
import { HOST_OF_CONTAINERS, runImage, runSources } from './run.ts';
import { type Mode, startStores } from './stores.ts';

/** What a person can put right. */
class UsageError extends Error {}

const endings = new Endings();
const interruption = onInterruption({
  onFirst: () => console.error(`\n${pc.yellow('Taking everything down.')} Ctrl-C again leaves at once.`),
  onSecond: () =>
    console.error('Left at once. What may be left: docker ps --filter label=org.testcontainers'),
});
const { signal } = interruption;

async function service(): Promise<void> {
  const given = options();
  const { mode } = given;
  const port = Number(process.env['SERVICE_PORT'] || PORTS[mode]);
  if (!(await isFree(port)))
    throw new UsageError(
      `Port ${port} is taken by another program; choose another one: SERVICE_PORT=${port + 1} make service …`,
    );
  if ((given.stores || given.image) && !(await dockerAnswers(process.env)))
    throw new UsageError(
      'STORES=1 and IMAGE=1 need Docker, and no Docker daemon answers: start one, or point DOCKER_HOST at it. ' +
        '`make service` alone runs without Docker and without databases.',
    );

  if (given.stores) heading('The databases start; the first time their images are fetched');
  const host = given.image ? HOST_OF_CONTAINERS : '127.0.0.1';
  const stores = given.stores
    ? await interruption.orEnd(startStores({ mode, host, endings, signal }))
    : undefined;
  const env = {
    // Nobody waits for requests of a developer's browser to end.
    DRAIN_SECONDS: process.env['DRAIN_SECONDS'] || '2',
    SERVICE_MODE: mode,
    ...stores?.env,
  };

  heading(given.image ? `The ${mode} in its image` : `The ${mode} from source`);
  const running = { mode, port, env, endings, signal };
  const ended = given.image ? runImage(running, stores?.folder) : runSources(running);
  const url = `http://localhost:${port}`;
  const tell = async () => {
    if (!(await answers(`http://127.0.0.1:${port}/health`))) return;
    heading(`It answers at ${url}; Ctrl-C takes everything down`);
    const user = process.env['ADMIN_USER'] || 'admin';
    for (const hint of hints({ mode, url, stores: given.stores, user, password: stores?.password }))
      say(hint);
    console.log();
  };
  void tell();
  await interruption.orEnd(ended);
}

interface Given {
  readonly mode: Mode;
  readonly stores: boolean;
  readonly image: boolean;
}

function options(): Given {
  const { values } = parseArgs({
    options: {
      mode: { type: 'string', default: process.env['SERVICE_MODE'] || 'microservice' },
      stores: { type: 'boolean', default: false },
      image: { type: 'boolean', default: false },
    },
  });
  const { mode, ...rest } = values;
  if (mode !== 'microservice' && mode !== 'portal')
    throw new UsageError(`MODE is microservice or portal, not ${mode}.`);
  return { mode, ...rest };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}

/** Resolves when something answers there; with false once everything ends. */
async function answers(url: string): Promise<boolean> {
  while (!signal.aborted) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return true;
    await sleep(100, undefined, { ref: false });
  }
  return false;
}

for (const stream of [process.stdout, process.stderr]) {
  // A terminal that was closed must not keep anything from being taken down.
  stream.on('error', () => {});
}

const failure = await service().then(
  () => undefined,
  (error: unknown) => (signal.aborted ? signal.reason : error) as Error,
);
const left = await endings.run();
for (const sentence of left) console.error(`${pc.red('✗')} ${sentence}`);
if (left.length === 0 && failure instanceof Interrupted) console.error('Nothing is left running.');
// Ctrl-C is how it is meant to end.
if (failure !== undefined && !(failure instanceof Interrupted)) {
  console.error(failure.message);
  process.exit(failure instanceof UsageError ? 2 : 1);
}
process.exit(left.length === 0 ? 0 : 1);

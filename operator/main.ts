import { createThrottle } from './aws/throttle.ts';
import { createCallGuard } from './call-guard.ts';
import { systemClock as clock } from './clock.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { Manager } from './controllers/manager.ts';
import { serveHttp } from './http.ts';
import { createKubeClient } from './kube/client.ts';
import { UnusableKubeconfig } from './kube/errors.ts';
import { createEventRecorder } from './kube/events.ts';
import { loadKubeConfig } from './kube/kubeconfig.ts';
import { createLeaderElection, leaseTimes } from './kube/leader.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';

async function main(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  const metrics = createMetrics();
  const kubeConfig = loadKubeConfig({ path: config.kubeconfig });
  const client = createKubeClient({ kubeConfig, log, userAgent: 'landfall/operator' });
  const events = createEventRecorder({
    client,
    component: 'landfall',
    instance: config.identity,
    log,
    clock,
  });

  let stop = (reason: string, code: number): void => process.exit(reason === '' ? 0 : code);
  const election = createLeaderElection({
    client,
    namespace: config.namespace,
    name: `landfall-${config.installation}`,
    identity: config.identity,
    clock,
    log,
    ...leaseTimes(config.leaseMs),
    onStartedLeading: () => {
      metrics.leader.set(1);
      manager.lead();
    },
    onStoppedLeading: () => stop('leadership lost', 1),
  });
  const assertLeading = () => election.assertHeld();
  const manager = new Manager({
    client,
    callGuard: createCallGuard({
      throttle: createThrottle(clock, config.awsRateScale),
      metrics,
      assertLeading,
    }),
    events,
    metrics,
    clock,
    config,
    log,
    assertLeading,
    isLeading: () => election.isLeader(),
  });
  let watching = false;
  const server = await serveHttp({
    port: config.httpPort,
    metrics: () => {
      manager.measure();
      return metrics.registry.metrics();
    },
    healthy: () => !watching || manager.isFresh(config.unhealthyMs),
    ready: () => watching,
  });

  log.info({ address: server.address() }, 'listening');

  let stopping = false;
  stop = (reason, code) => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping');
    // What is in flight ends and is written down; the Lease is given up last, so that nobody overlaps.
    const shutdown =
      code === 0 ? manager.stop().then(() => election.stop({ release: true })) : Promise.resolve();
    void shutdown
      .catch((error: unknown) => log.error({ err: error }, 'stopping failed'))
      .finally(() => {
        server.close();
        process.exit(code);
      });
  };
  process.once('SIGTERM', () => stop('SIGTERM', 0));
  process.once('SIGINT', () => stop('SIGINT', 0));

  log.info(
    { installation: config.installation, server: client.server, awsEndpoint: config.awsEndpoint },
    'starting',
  );
  await manager.watch();
  watching = true;
  election.start();
}

/** What a person can mend is one sentence; a stack is for what only we can. */
function reasonOf(error: unknown): object {
  if (error instanceof ConfigError) return { message: `the environment is wrong: ${error.message}` };
  if (error instanceof UnusableKubeconfig) return { message: error.message };
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return { message: `another program listens on the port of LANDFALL_HTTP_PORT: ${error.message}` };
  return { err: error };
}

try {
  await main(readConfig());
} catch (error) {
  createLog('info').fatal(reasonOf(error), 'cannot start');
  process.exit(1);
}

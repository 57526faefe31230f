import { ConfigError, readConfig } from './config.ts';
import { createLog } from './log.ts';
import { serve } from './server.ts';

/** Reads the environment, serves, and ends when it is told to, with what was under way answered. */
async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog(config);
  const running = await serve(config, log);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'draining');
      running.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'did not end as it should');
          process.exit(1);
        },
      );
    });
}

try {
  await main();
} catch (error) {
  process.stderr.write(
    `${error instanceof ConfigError ? `The environment is not valid:\n${error.message}` : String(error)}\n`,
  );
  process.exit(1);
}

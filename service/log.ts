import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';

export type { Logger };

/** JSON lines on standard output, each with the name of the service. Nothing that is logged holds a credential. */
export function createLog({
  name,
  version,
  logLevel,
}: Pick<Config, 'name' | 'version' | 'logLevel'>): Logger {
  return pino(
    {
      level: logLevel,
      base: { service: name, version },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Lines that come while one is written go in one write: a write for each is a tenth of the time of a request. The rest is written
    // when the process ends by itself.
    pino.destination({ dest: 1, sync: false }),
  );
}

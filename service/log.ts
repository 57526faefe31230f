import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';

export type { Logger };

/** How late a line may be written. */
const LATE_MS = 100;

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
    // Many lines in one write, which costs a tenth of a request if each has its own; the last are written when the process ends by
    // itself.
    pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: LATE_MS }),
  );
}

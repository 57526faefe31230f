import { pino, type Logger } from 'pino';

/** The operator's logger: JSON lines on standard output, errors with their causes, never a credential. */
export function createLog(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: ['*.secretAccessKey', '*.sessionToken', '*.token', '*.password'], censor: '[redacted]' },
  });
}

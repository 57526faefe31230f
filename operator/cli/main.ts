import { CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { KubeError, UnusableKubeconfig } from '../kube/errors.ts';
import { FAILED } from './exit-codes.ts';
import { failuresText } from './failures-text.ts';
import { isHelp, landfall } from './program.ts';
import { processTerminal } from './terminal.ts';
import { usageText } from './usage-text.ts';
import { Failures, UsageError } from './usage.ts';

// Whoever reads may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const args = process.argv.slice(2);
const program = landfall((code) => {
  process.exitCode = code;
});

try {
  await program.parseAsync(args, { from: 'user' });
} catch (error) {
  process.exitCode = isHelp(error) ? error.exitCode : FAILED;
  if (!isHelp(error)) processTerminal(undefined).note(explain(error));
}

/** What is said of anything that was thrown; a stack is shown only for a bug of the program. */
function explain(error: unknown): string {
  const { paint } = processTerminal(undefined);
  if (error instanceof Failures) return failuresText(error.list, paint);
  if (error instanceof UsageError || error instanceof CommanderError) return usageText(error, program, args);
  if (error instanceof ConfigError) return `landfall: the environment is wrong: ${error.message}`;
  if (error instanceof UnusableKubeconfig) return `landfall: ${error.message}`;
  if (error instanceof KubeError) return `landfall: the cluster refuses or does not answer: ${error.message}`;
  return `landfall: this is a bug of Landfall: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

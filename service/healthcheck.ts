import { readConfig } from './config.ts';

/** The health check of the image, which has no shell and no curl: exit code 0 where the service lives. */
try {
  const response = await fetch(`http://127.0.0.1:${readConfig().port}/health`, {
    signal: AbortSignal.timeout(4000),
  });
  process.exit(response.ok ? 0 : 1);
} catch {
  process.exit(1);
}

import type { RequestOptions } from 'node:https';
import { KubeError } from './errors.ts';

/** The part of client-node's KubeConfig that the client uses. */
export interface KubeConfigSource {
  getCurrentCluster(): { server: string; proxyUrl?: string | undefined } | null;
  applyToHTTPSOptions(options: RequestOptions): Promise<void>;
}

/** TLS material and headers for one request, fresh enough to send. */
export interface Credentials {
  get(): Promise<RequestOptions>;
  /** Forgets what is cached, after the server answered 401. */
  invalidate(): void;
}

const FRESH_MS = 10_000;
/** Long enough for a plugin that asks a remote issuer; a hung one must not hang the caller. */
const PLUGIN_TIMEOUT_MS = 30_000;

/**
 * Keeps what KubeConfig computes for ten seconds: it reads certificate files on each call, and would start
 * an exec plugin once for every concurrent request. A token that ends within that time shows as a 401.
 */
export function createCredentials(kubeConfig: KubeConfigSource, timeoutMs = PLUGIN_TIMEOUT_MS): Credentials {
  let cached: { at: number; options: Promise<RequestOptions> } | undefined;
  return {
    get() {
      const now = performance.now();
      if (cached === undefined || now - cached.at > FRESH_MS) {
        const entry = { at: now, options: load(kubeConfig, timeoutMs) };
        entry.options.catch(() => {
          if (cached === entry) cached = undefined;
        });
        cached = entry;
      }
      return cached.options;
    },
    invalidate() {
      cached = undefined;
    },
  };
}

async function load(kubeConfig: KubeConfigSource, timeoutMs: number): Promise<RequestOptions> {
  const options: RequestOptions = {};
  try {
    await within(kubeConfig.applyToHTTPSOptions(options), timeoutMs);
  } catch (error) {
    // A JSON syntax error quotes the plugin's output, which may be a token.
    const why =
      error instanceof SyntaxError ? 'the exec plugin did not print JSON' : (error as Error).message;
    throw new KubeError(`cannot get credentials for the Kubernetes API: ${why}`, {
      status: 0,
      reason: 'CredentialsUnavailable',
    });
  }
  // Our own keep-alive agents are used, except where the kubeconfig names a proxy.
  if (kubeConfig.getCurrentCluster()?.proxyUrl === undefined) delete options.agent;
  return options;
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the exec plugin did not end within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

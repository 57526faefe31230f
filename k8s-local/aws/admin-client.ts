/** One API call as the server saw it. */
export interface LedgerEntry {
  /** Rises by one per call, and is not reset when the ledger is emptied. */
  seq: number;
  /** ISO 8601, UTC, milliseconds. */
  time: string;
  durationMs: number;
  account: string | null;
  region: string | null;
  service: string | null;
  action: string | null;
  write: boolean;
  /** ARN of the user or assumed role; null where the credentials were refused. */
  caller: string | null;
  accessKeyId: string | null;
  /** As the service's model names them; secrets redacted. */
  params: Record<string, unknown>;
  /** HTTP status. */
  status: number;
  /** AWS's error code, or null. */
  error: string | null;
  requestId: string;
}

/** What the local AWS answers about itself, under `/_landfall/`. */
export interface AdminClient {
  /** Calls after sequence number `after` (default: all that are kept). */
  ledger: (after?: number) => Promise<LedgerEntry[]>;
  clearLedger: () => Promise<void>;
  /** The whole state as canonical JSON: equal states give equal strings. Waits for what is under way. */
  dump: () => Promise<string>;
  /** Ends the session of an assumed role now, as if its time had passed. Rejects where no session has this key. */
  expire: (accessKeyId: string) => Promise<void>;
  /** Back to the state of a fresh start; the ledger stays. */
  reset: () => Promise<void>;
  ready: () => Promise<boolean>;
}

/** A client of the admin API at `url`. Its methods reject when the server does not answer with success. */
export function adminClient(url: string): AdminClient {
  const call = async (method: string, path: string): Promise<string> => {
    const response = await fetch(`${url}/_landfall/${path}`, { method });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /_landfall/${path}: ${response.status} ${text}`);
    return text;
  };
  return {
    ledger: async (after = 0) => JSON.parse(await call('GET', `ledger?after=${after}`)) as LedgerEntry[],
    clearLedger: async () => void (await call('DELETE', 'ledger')),
    dump: () => call('GET', 'dump'),
    expire: async (accessKeyId) => void (await call('POST', `expire?key=${accessKeyId}`)),
    reset: async () => void (await call('POST', 'reset')),
    ready: () =>
      call('GET', 'ready').then(
        () => true,
        () => false,
      ),
  };
}

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
  /** What a {@link FaultRule} did to it, as `lost after`; null for nothing. Of a call that was lost before, status 0. */
  fault: string | null;
  requestId: string;
}

/** Which calls go wrong, and how. Of several rules that are due, the first decides; each counts what it matches. */
export interface FaultRule {
  /** `ec2`, `iam`, `logs`, `sts`, `tagging`; `*` and `?` are wildcards here and below. Default every one. */
  service?: string;
  action?: string;
  account?: string;
  region?: string;
  /** Only calls of which some parameter contains this, as an id or a name. */
  naming?: string;
  /** How many matching calls pass first; 2 hits the third. Default 0. */
  skip?: number;
  /** How many calls are hit before the rule is over; default 1, 0 for ever. */
  times?: number;
  /** An error for an answer (default), no answer at all (the connection is closed), or only `latencyMs`. */
  effect?: 'error' | 'lost' | 'slow';
  /** Before the call is carried out (default), or after it succeeded. */
  when?: 'before' | 'after';
  /** Of the error; default InternalError. */
  code?: string;
  message?: string;
  /** HTTP status; default what AWS has for the code. */
  status?: number;
  /** How much later it is carried out (`before`) or answered (`after`); others are served meanwhile. */
  latencyMs?: number;
}

/** A rule with its counts so far. */
export interface CountedFault extends Required<FaultRule> {
  matched: number;
  hits: number;
}

/** What makes the local AWS as hard as the real one on a bad day; all of it off at the start. */
export interface Difficulty {
  faults: FaultRule[];
  /** Token buckets with AWS's figures times `scale`; 0 is off. */
  throttling: { scale: number };
  /** Whether a caller's policies must allow what it does. What they deny is refused in any case. */
  permissions: { enforced: boolean };
  /**
   * Seconds after which reads see a write, drawn of `seed` for each write and reading action; and for which writes
   * answer NotFound to the id of something new. 0 is off.
   */
  lag: { minSeconds?: number; maxSeconds?: number; writeSeconds?: number; seed?: number };
  /** How many of each an account may have; no limit for those that are not named. */
  quotas: Readonly<Partial<Record<QuotaName, number>>>;
}

/** Of a region unless the name says otherwise; `k8s-local/aws/README.md` says what counts. */
export type QuotaName =
  | 'vpcs'
  | 'addresses'
  | 'internetGateways'
  | 'subnetsPerVpc'
  | 'blocksPerVpc'
  | 'routeTablesPerVpc'
  | 'routesPerTable'
  | 'networkAclsPerVpc'
  | 'entriesPerNetworkAcl'
  | 'securityGroups'
  | 'rulesPerSecurityGroup'
  | 'natGatewaysPerZone'
  | 'gatewayEndpoints'
  | 'interfaceEndpointsPerVpc';

/** The difficulty in force, with the counts of its faults. */
export interface CurrentDifficulty extends Difficulty {
  faults: CountedFault[];
}

/** Where on this machine something answers that AWS would have answer at `dnsNames`; see `containers` in `README.md`. */
export interface LocalAddress {
  kind: 'listener' | 'endpoint';
  account: string;
  region: string;
  /** ARN of the load balancer, or id of the endpoint. */
  arn: string;
  dnsNames: string[];
  /** Of the listener. */
  port: number;
  /** `127.0.0.1:PORT` */
  address: string;
}

/** What the local AWS answers about itself, under `/_landfall/`. */
export interface AdminClient {
  /** Calls after sequence number `after` (default: all that are kept). */
  ledger: (after?: number) => Promise<LedgerEntry[]>;
  /** Sequence number of the last call, 0 before the first: for a later `ledger(after)`, without what a long ledger costs. */
  mark: () => Promise<number>;
  clearLedger: () => Promise<void>;
  /** The certificate, as PEM, that databases and caches are trusted by, where they run for real; else null. */
  authority: () => Promise<string | null>;
  /** What load balancers and endpoints answer at, where containers run for real; else nothing. */
  addresses: () => Promise<LocalAddress[]>;
  /** The whole state as canonical JSON: equal states give equal strings. Waits for what is under way. */
  dump: () => Promise<string>;
  /** Ends the session of an assumed role now, as if its time had passed. Rejects where no session has this key. */
  expire: (accessKeyId: string) => Promise<void>;
  /** How hard it is now, with the counts of the faults. */
  difficulty: () => Promise<CurrentDifficulty>;
  /** Sets the parts that are given, and leaves the others. Rejects, with nothing set, where one makes no sense. */
  setDifficulty: (parts: Partial<Difficulty>) => Promise<void>;
  /** Holds the clock by which things take their time; a reset releases it. */
  hold: () => Promise<void>;
  /** Lets so many seconds pass on the held clock: what becomes due in them happens. Rejects while it is not held. */
  letPass: (seconds: number) => Promise<void>;
  /** Lets the held clock go on. */
  release: () => Promise<void>;
  /** Back to the state and the difficulty of a fresh start; the ledger stays. */
  reset: () => Promise<void>;
  ready: () => Promise<boolean>;
}

/** A client of the admin API at `url`. Its methods reject when the server does not answer with success. */
export function adminClient(url: string): AdminClient {
  const call = async (method: string, path: string, body?: unknown): Promise<string> => {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${url}/_landfall/${path}`, { method, ...content });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /_landfall/${path}: ${response.status} ${text}`);
    return text;
  };
  return {
    ledger: async (after = 0) => JSON.parse(await call('GET', `ledger?after=${after}`)) as LedgerEntry[],
    mark: async () => (JSON.parse(await call('GET', 'mark')) as { seq: number }).seq,
    addresses: async () => JSON.parse(await call('GET', 'addresses')) as LocalAddress[],
    authority: async () =>
      (JSON.parse(await call('GET', 'authority')) as { certificate: string | null }).certificate,
    clearLedger: async () => void (await call('DELETE', 'ledger')),
    dump: () => call('GET', 'dump'),
    expire: async (accessKeyId) => void (await call('POST', `expire?key=${accessKeyId}`)),
    difficulty: async () => JSON.parse(await call('GET', 'difficulty')) as CurrentDifficulty,
    setDifficulty: async (parts) => void (await call('PUT', 'difficulty', parts)),
    hold: async () => void (await call('POST', 'hold')),
    letPass: async (seconds) => void (await call('POST', `pass?seconds=${seconds}`)),
    release: async () => void (await call('POST', 'release')),
    reset: async () => void (await call('POST', 'reset')),
    ready: () =>
      call('GET', 'ready').then(
        () => true,
        () => false,
      ),
  };
}

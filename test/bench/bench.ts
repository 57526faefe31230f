import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLocalAws, type LocalAws } from '../../k8s-local/aws/local-aws.ts';
import { startControlPlane, type ControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import { startOperator, type OperatorProcess } from '../../k8s-local/operator-process.ts';
import { fewestCalls } from './fewest-calls.ts';
import { floorOf } from './floor.ts';
import { benchAccount, benchNetwork } from './network.ts';

const SIZES = [1, 10, 100];
const OBJECTS_PER_NETWORK = 20;
/** How many networks are made against AWS's token buckets, and how much longer than the slowest of these it may take. */
const WITH_BUCKETS = 20;
const OVER_FLOOR_MAX = 1.1;
/** The default fast lane: how long to watch a standing fleet to see at least one refresh. */
const FAST_LANE_MS = 60_000;

interface Result {
  readonly networks: number;
  readonly wallSeconds: number;
  readonly changes: number;
  readonly calls: number;
  readonly writes: number;
  readonly writesPerNetwork: number;
  readonly callsPerChange: number;
  readonly callsByAction: Readonly<Record<string, number>>;
  readonly residentMiB: number;
  readonly peakResidentMiB: number;
  readonly cpuSeconds: number;
  readonly throttled: number;
  readonly standing?: {
    readonly callsPerFastRefresh: number;
    readonly slowCallsPerMinute: number;
    readonly writes: number;
  };
}

/** Makes so many networks. `scale` is that of AWS's buckets and of the operator's own; 0 is without. */
async function measure(
  networks: number,
  { scale, watch }: { scale: number; watch: boolean },
): Promise<Result> {
  const plane = await startControlPlane();
  const aws = await startLocalAws({});
  let operator: OperatorProcess | undefined;
  try {
    await apply(plane, ...(await crds()));
    await apply(plane, namespace('landfall-system'), namespace('bench'), benchAccount);
    operator = startOperator({
      kubeconfigPath: plane.kubeconfigPath,
      bundled: true,
      env: { ...aws.env(), LANDFALL_INSTALLATION: 'bench', LANDFALL_AWS_RATE_SCALE: String(scale) },
    });
    await operator.line((line) => line.msg === 'leading');
    await until(async () => (await ready(plane, 'accounts')) === 1, 60_000);
    await aws.clearLedger();
    await aws.setDifficulty({ throttling: { scale } });
    const began = performance.now();
    await apply(plane, ...Array.from({ length: networks }, (_, index) => benchNetwork(index)));
    await until(async () => (await ready(plane, 'securevpcs')) === networks, 900_000);
    const wallSeconds = (performance.now() - began) / 1000;
    const ledger = await aws.ledger();
    const failed = ledger.filter((call) => call.error !== null);
    if (failed.length > 0)
      console.error(`${failed.length} calls failed, first: ${failed[0]?.action} ${failed[0]?.error}`);
    const changes = networks * [...fewestCalls().values()].reduce((sum, count) => sum + count, 0);
    const writes = ledger.filter((call) => call.write).length;
    const usage = resources(operator.process.pid ?? 0);
    const standing = watch ? await watchStanding(aws) : undefined;
    return {
      networks,
      wallSeconds: round(wallSeconds),
      changes,
      calls: ledger.length,
      writes,
      writesPerNetwork: round(writes / networks),
      callsPerChange: round(ledger.length / changes),
      callsByAction: countBy(ledger.map((call) => call.action ?? 'unknown')),
      throttled: ledger.filter((call) => THROTTLED.has(call.error ?? '')).length,
      ...usage,
      ...(standing && { standing }),
    };
  } finally {
    await operator?.stop();
    await aws.stop();
    await plane.stop();
  }
}

/** How AWS's services say that a bucket is empty. */
const THROTTLED = new Set([
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
]);

/** The same networks against AWS's own token buckets: how near to what these let through at all? */
async function measureWithBuckets(networks: number, scale: number) {
  const result = await measure(networks, { scale, watch: false });
  const needed = new Map([...fewestCalls()].map(([action, calls]) => [action, calls * networks]));
  const floor = floorOf(needed, scale);
  return {
    ...result,
    scale,
    slowestBucket: floor.action,
    callsToIt: floor.calls,
    floorSeconds: round(floor.seconds),
    overFloor: round(result.wallSeconds / floor.seconds),
  };
}

/** What a standing fleet costs: the calls between two refreshes of the fast lane, and those of the slow lane. */
async function watchStanding(aws: LocalAws) {
  await sleep(FAST_LANE_MS);
  await aws.clearLedger();
  await sleep(FAST_LANE_MS * 2);
  const calls = await aws.ledger();
  const slow = calls.filter((call) => call.action === 'DescribeVpcAttribute' || call.service === 'iam');
  const fast = calls.filter((call) => !slow.includes(call) && !call.write && call.service !== 'sts');
  const refreshes = fast.filter((call) => call.action === 'DescribeVpcs').length;
  return {
    callsPerFastRefresh: round(fast.length / Math.max(1, refreshes)),
    slowCallsPerMinute: round(slow.length / 2),
    writes: calls.filter((call) => call.write).length,
  };
}

async function crds(): Promise<string[]> {
  const names = ['accounts', 'planapprovals', 'securevpcs'].map((plural) => `landfall.dev_${plural}.yaml`);
  return names.map((name) => readFileSync(new URL(`../../crds/${name}`, import.meta.url), 'utf8'));
}

function namespace(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

async function apply(plane: ControlPlane, ...objects: (object | string)[]): Promise<void> {
  const input = objects
    .map((object) => (typeof object === 'string' ? object : JSON.stringify(object)))
    .join('\n---\n');
  const args = ['apply', '--server-side', '-f', '-'];
  await until(async () => (await plane.kubectl(args, { input })).code === 0, 30_000);
}

async function ready(plane: ControlPlane, plural: string): Promise<number> {
  const { stdout } = await plane.kubectl([
    'get',
    plural,
    '-A',
    '-o',
    'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}',
  ]);
  return stdout.split('\n').filter((line) => line === 'True').length;
}

async function until(test: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await test())) {
    if (performance.now() > end) throw new Error(`not reached within ${timeoutMs / 1000} s`);
    await sleep(200);
  }
}

/** Memory from /proc/PID/status, CPU time (user and system, in ticks of 10 ms) from /proc/PID/stat. */
function resources(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kiB = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return {
    residentMiB: round(kiB('VmRSS') / 1024),
    peakResidentMiB: round(kiB('VmHWM') / 1024),
    cpuSeconds: round((Number(stat[11]) + Number(stat[12])) / 100),
  };
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts = Map.groupBy(values, (value) => value);
  return Object.fromEntries(
    [...counts].map(([value, all]) => [value, all.length] as const).sort((a, b) => b[1] - a[1]),
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const words = process.argv.slice(2);
const chosen = words.filter((word) => /^\d+$/.test(word)).map(Number);
const sizes = words.length > 0 ? chosen : SIZES;
const results: Result[] = [];
for (const networks of sizes) {
  console.error(`${networks} network${networks === 1 ? '' : 's'} of ${OBJECTS_PER_NETWORK} objects…`);
  results.push(await measure(networks, { scale: 0, watch: networks === Math.max(...SIZES) }));
}
const tables: object[] = results.map(({ callsByAction: _, standing, throttled: __, ...row }) => ({
  ...row,
  'calls/refresh': standing?.callsPerFastRefresh ?? '',
  'slow calls/min': standing?.slowCallsPerMinute ?? '',
  'standing writes': standing?.writes ?? '',
}));
if (tables.length > 0) console.table(tables);

let withBuckets: Awaited<ReturnType<typeof measureWithBuckets>> | undefined;
if (words.length === 0 || words.includes('buckets')) {
  const scale = Number(process.env['BENCH_SCALE'] ?? '1');
  console.error(
    `${WITH_BUCKETS} networks with AWS's token buckets (times ${scale}); about seven minutes at 1…`,
  );
  withBuckets = await measureWithBuckets(WITH_BUCKETS, scale);
  const { callsByAction: _, standing: __, ...row } = withBuckets;
  console.table([row]);
}
const file = process.env['BENCH_OUT'] ?? 'bench.json';
const document = { fewestCallsPerNetwork: Object.fromEntries(fewestCalls()), results, withBuckets };
writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
console.error(`The same figures, with the calls by action, are in ${file}.`);
if (withBuckets && (withBuckets.throttled > 0 || withBuckets.overFloor > OVER_FLOOR_MAX)) {
  console.error(
    `With AWS's buckets no call may be throttled, and ${OVER_FLOOR_MAX} times the floor is the most.`,
  );
  process.exitCode = 1;
}

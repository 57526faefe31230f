import { divideCores } from './cores.ts';
import { startDatabases } from './databases.ts';
import { figuresOf, type Round } from './figures.ts';
import { load } from './load.ts';
import { startService, type Name, type Service } from './services.ts';
import { SUBJECTS, type Question, type Subject } from './subjects.ts';
import { showCompared, showMemory } from './tables.ts';
import { missesOf, type Compared } from './targets.ts';

const WARM_UP_MS = 3000;
/** Short, so that each has its share of what the machine does beside. */
const ROUND_MS = 1000;
/** Of each service and subject. */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? '10');

// `bench.ts hello` measures one of them. BENCH_OURS=peer measures the peer with itself: what differs then is noise.
const words = process.argv.slice(2);
const ours: Name = process.env['BENCH_OURS'] === 'peer' ? 'peer' : 'landfall';

/** Peer, ours, ours, peer, and so on: what changes with time meets both. */
async function compare(subject: Subject, our: Service, peer: Service): Promise<Compared> {
  const rounds = new Map<Service, Round[]>([
    [our, []],
    [peer, []],
  ]);
  const questions = new Map<Service, readonly Question[]>();
  for (const service of [peer, our]) {
    questions.set(service, await subject.prepare(service));
    await load(service.origin, questions.get(service) ?? [], WARM_UP_MS);
  }
  const order = Array.from({ length: ROUNDS }, (_, index) =>
    index % 2 === 0 ? [peer, our] : [our, peer],
  ).flat();
  for (const service of order) {
    const before = service.stats().cpuSeconds;
    const seen = await load(service.origin, questions.get(service) ?? [], ROUND_MS);
    rounds.get(service)?.push({ ...seen, cpuSeconds: service.stats().cpuSeconds - before });
    service.forgetLog();
  }
  return {
    subject: subject.name,
    ours: figuresOf(rounds.get(our) ?? []),
    peer: figuresOf(rounds.get(peer) ?? []),
  };
}

async function main(): Promise<void> {
  const cores = divideCores();
  await using databases = await startDatabases();
  await using peer = await startService('peer', databases.environment, cores.service);
  await using our = await startService(ours, databases.environment, cores.service);
  const compared: Compared[] = [];
  for (const subject of SUBJECTS) {
    if (words.length > 0 && !words.includes(subject.word)) continue;
    console.error(`${subject.name}…`);
    compared.push(await compare(subject, our, peer));
  }
  showCompared(compared);
  const memory = our.stats();
  showMemory(memory, peer.stats());
  const misses = missesOf(compared, memory.peakResidentMiB);
  for (const miss of misses) console.error(`Missed: ${miss}`);
  if (misses.length > 0) process.exitCode = 1;
}

await main();

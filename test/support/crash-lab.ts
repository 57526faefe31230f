import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { type AwsProxy, startAwsProxy } from './aws-proxy.ts';
import type { Channel, Counts, Phase, Point, Verb } from './crash-points.ts';
import type { Subject } from './crash-subjects.ts';
import { eventually } from './eventually.ts';
import { type KubeProxy, startKubeProxy } from './kube-proxy.ts';
import type { CrashPlace, CrashSight } from './crash-place.ts';
import { told } from './crash-sight.ts';
import { conditionOf, type Manifest, pathOf, World } from './world.ts';

/** How far a subject is. */
export type Stage = 'absent' | 'made' | 'edited';

export const FROM: Readonly<Record<Verb, Stage>> = { create: 'absent', update: 'made', delete: 'edited' };
export const TO: Readonly<Record<Verb, Stage>> = { create: 'made', update: 'edited', delete: 'absent' };

/** Nothing of the run before is still on its way when there was no write for so long. */
const PAUSE_MS = 400;
/** A run has nothing more to write when it ended and was silent for so long; events follow one after the other. */
const SILENCE_MS = 1_500;
const PATIENCE_MS = 120_000;

/** A World whose operator reaches AWS and Kubernetes through proxies that count its writes and kill it at one of them. */
export class CrashLab {
  readonly world: World;
  readonly #place: CrashPlace;
  readonly #aws: AwsProxy;
  readonly #kube: KubeProxy;
  #operator: OperatorProcess;
  #empty = '';
  #counts: Record<Channel, number> = { aws: 0, objects: 0, events: 0 };
  #creations: Record<string, number> = {};
  #lastWrite = 0;

  private constructor(world: World, place: CrashPlace, aws: AwsProxy, kube: KubeProxy) {
    this.world = world;
    this.#place = place;
    this.#aws = aws;
    this.#kube = kube;
    this.#count();
    this.#operator = this.#start();
  }

  /** Starts everything and brings up what the subjects need. */
  static async start(subjects: readonly Subject[], place: CrashPlace): Promise<CrashLab> {
    const world = await World.start(place.environment);
    await place.prepare(world);
    for (const { prepare } of subjects) await prepare?.(world);
    const kube = await startKubeProxy({
      kubeconfigPath: world.plane.kubeconfigPath,
      counts: (_, path) => !path.startsWith('/apis/coordination.k8s.io/'),
    });
    const aws = await startAwsProxy(world.aws.url);
    const lab = new CrashLab(world, place, aws, kube);
    const setting = subjects.flatMap((subject) => subject.setting);
    await world.apply(setting.filter(({ kind }) => kind === 'Namespace'));
    await world.apply(setting.filter(({ kind }) => kind !== 'Namespace'));
    for (const object of setting) if (object.kind !== 'Namespace') await world.ready(object, PATIENCE_MS);
    lab.#empty = await lab.dump();
    return lab;
  }

  /** The whole place as it was before the first subject. */
  get empty(): string {
    return this.#empty;
  }

  /** The whole place as it is now. */
  async dump(): Promise<string> {
    return this.#place.dump(this.world);
  }

  async stop(): Promise<void> {
    await this.#place.stop();
    await this.world.stop();
    await Promise.all([this.#aws.stop(), this.#kube.stop()]);
  }

  /** Does it undisturbed. */
  async go(subject: Subject, verb: Verb): Promise<void> {
    this.#count();
    await this.#act(subject, verb);
    await this.#end(subject, verb);
    if (verb === 'delete') await this.forget(subject);
  }

  /** Takes away what the subject leaves on purpose. */
  async forget({ forget }: Subject): Promise<void> {
    if (!forget) return;
    await forget(this.world);
    await this.#place.forgotten(this.world, this.#kube);
  }

  /**
   * Does it undisturbed; returns the writes that it took. The operator is a new one, since an old one may have spent
   * what events it has for the object. That the former ended in peace makes Node keep what it compiled: all that are
   * killed later start in half the time.
   */
  async measure(subject: Subject, verb: Verb): Promise<Counts> {
    await this.#operator.stop();
    this.#operator = this.#start();
    await this.#silence(PAUSE_MS);
    this.#count();
    this.#creations = {};
    await this.#act(subject, verb);
    await this.#silence(SILENCE_MS, () => this.#ended(subject, verb));
    return { ...this.#counts };
  }

  /**
   * Does it, kills the operator at the point and starts it again; resolves when all is done, with the write at which
   * it died: undefined when the run had fewer writes. `dead` looks at what there is while nobody is there to go on.
   */
  async crash(
    subject: Subject,
    point: Point,
    dead: () => Promise<void> = async () => {},
  ): Promise<{ action: string | undefined; counts: Counts }> {
    await this.#silence(PAUSE_MS);
    const trap: Trap = { point };
    this.#count(trap);
    this.#creations = {};
    await this.#act(subject, point.verb);
    await this.#silence(SILENCE_MS, () => this.#ended(subject, point.verb), trap);
    const counts = { ...this.#counts };
    if (trap.action === undefined) return { action: undefined, counts };
    await trap.killed;
    this.#count();
    const over = await this.#ended(subject, point.verb);
    await dead();
    this.#operator = this.#start();
    // Where the last write was the point, nothing waits for the successor: it has to be seen to find all in order.
    if (over) await this.#operator.line(({ msg }) => msg === 'leading');
    if (over && this.#isLookedAt(subject, point.verb)) await this.#place.refreshed(this.world, this.#kube);
    await this.#end(subject, point.verb);
    return { action: trap.action, counts };
  }

  /** What the place holds now. */
  async look(subject: Subject): Promise<CrashSight> {
    const object = await this.world.read(subject.made);
    return this.#place.look(this.world, object, { ...this.#creations });
  }

  /** What Kubernetes says now of the subject and its setting, without what differs from run to run. */
  async objects(subject: Subject): Promise<unknown[]> {
    const objects = [...subject.setting, subject.made].filter(({ kind }) => kind !== 'Namespace');
    return told(await Promise.all(objects.map((object) => this.world.read(object))));
  }

  /** Resolves when the condition holds and the operator has written nothing for so long; at once when it was killed. */
  async #silence(ms: number, condition?: () => Promise<boolean>, trap?: Trap): Promise<void> {
    await eventually(
      'silence',
      async () =>
        trap?.killed !== undefined ||
        (performance.now() - this.#lastWrite > ms && (condition === undefined || (await condition()))),
      { everyMs: 10, timeoutMs: PATIENCE_MS, seen: () => this.#operator.lines.slice(-12) },
    );
  }

  #start(): OperatorProcess {
    return this.world.operator({
      kubeconfigPath: this.#kube.kubeconfigPath,
      env: {
        AWS_ENDPOINT_URL: this.#aws.url,
        LANDFALL_GRACE_SECONDS: '0.5',
      },
    });
  }

  async #act({ made, edited }: Subject, verb: Verb): Promise<void> {
    if (verb === 'delete') await this.world.delete(edited);
    else await this.#apply(verb === 'create' ? made : edited);
  }

  /** An operator without anything to look after lists nothing. */
  #isLookedAt({ made }: Subject, verb: Verb): boolean {
    return made.kind !== 'Account' && verb !== 'delete';
  }

  /** Like kubectl's --server-side, without a process for each of hundreds. */
  async #apply(object: Manifest): Promise<void> {
    await this.world.kube.apply(pathOf(object), object, { fieldManager: 'test', force: true });
  }

  async #end(subject: Subject, verb: Verb): Promise<void> {
    await eventually(`${subject.name}: ${verb} ends`, () => this.#ended(subject, verb), {
      timeoutMs: PATIENCE_MS,
      seen: async () => ({
        status: (await this.world.read(subject.made))?.status,
        lines: this.#operator.lines.slice(-12),
      }),
    });
  }

  async #ended({ made, ended }: Subject, verb: Verb): Promise<boolean> {
    const object = await this.world.read(made);
    if (verb === 'delete') return object === undefined;
    const isReady =
      object?.status?.observedGeneration === object?.metadata.generation &&
      conditionOf(object, 'Ready')?.reason === 'Succeeded';
    return isReady && (verb === 'create' || !ended || (await ended(this.world)));
  }

  /** Counts from 1 again, and kills the operator where the trap says. */
  #count(trap?: Trap): void {
    const counts = { aws: 0, objects: 0, events: 0 };
    this.#counts = counts;
    const meet = (channel: Channel, n: number, phase: Phase, what: string): 'drop' | undefined => {
      this.#lastWrite = performance.now();
      if (!trap) return undefined;
      const { point } = trap;
      if (trap.killed === undefined && point.channel === channel && point.n === n && point.phase === phase) {
        trap.action = what;
        trap.killed = this.#operator.kill();
        return 'drop';
      }
      // What was sent beside it is carried out, but no answer reaches the dead.
      return trap.killed !== undefined && phase !== 'before' ? 'drop' : undefined;
    };
    this.#aws.count({
      before: ({ n, action }) => {
        counts.aws = n;
        return meet('aws', n, 'before', action);
      },
      after: ({ n, action }) => meet('aws', n, 'committed', action),
      answering: ({ n, action }) => meet('aws', n, 'answering', action),
    });
    const numbers = new Map<number, { channel: Channel; n: number }>();
    this.#kube.onWrite(({ n, phase, method, path, status }) => {
      if (phase === 'after' && status === 201 && !path.includes('/events'))
        this.#creations[path] = (this.#creations[path] ?? 0) + 1;
      if (phase === 'before') {
        const channel = path.includes('/events') ? 'events' : 'objects';
        numbers.set(n, { channel, n: (counts[channel] += 1) });
      }
      const number = numbers.get(n);
      if (!number) return undefined;
      return meet(number.channel, number.n, phase === 'after' ? 'committed' : phase, `${method} ${path}`);
    });
  }
}

interface Trap {
  readonly point: Point;
  action?: string;
  killed?: Promise<void>;
}

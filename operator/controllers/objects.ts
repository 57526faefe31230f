import type { Logger } from 'pino';
import { type Account, accountIdOf } from '../api/account.ts';
import { GROUP, VERSION } from '../api/common.ts';
import type { PlanApproval } from '../api/plan-approval.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { KubeClient } from '../kube/client.ts';
import { hasFinalizer } from '../kube/finalizer.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import type { KubeObject } from '../kube/types.ts';
import { ACCOUNT_FINALIZER } from './account.ts';
import { GRAPH_KINDS } from './graph-kinds.ts';
import { managementOf } from './management.ts';
import type { AnyGraphKind } from './pass.ts';
import type { GraphObject } from './resource-status.ts';

/** What became of an object. */
export type ObjectChange = 'added' | 'updated' | 'deleted';

interface ObjectsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly config: Pick<Config, 'installation' | 'watchSilenceMs'>;
  readonly log: Logger;
  readonly onAccount: (name: string) => void;
  readonly onResource: (kind: AnyGraphKind, key: string, change: ObjectChange) => void;
  readonly onApproval: (key: string, change: ObjectChange) => void;
}

/** A kind with its objects. */
export interface Watched {
  readonly kind: AnyGraphKind;
  readonly informer: Informer<GraphObject>;
}

/** The objects of Landfall's API as the watches show them, and what they say of each other. */
export class Objects {
  readonly accounts: Informer<Account>;
  readonly approvals: Informer<PlanApproval>;
  /** What makes things, by kind. */
  readonly #resources: ReadonlyMap<string, Watched>;
  readonly #options: ObjectsOptions;

  constructor(options: ObjectsOptions) {
    this.#options = options;
    const { client, clock, config, log, onAccount, onApproval, onResource } = options;
    const watched = (plural: string) => ({
      client,
      path: `/apis/${GROUP}/${VERSION}/${plural}`,
      idleTimeoutMs: config.watchSilenceMs,
      clock,
      log,
    });
    this.accounts = createInformer<Account>({ ...watched('accounts'), onChange: onAccount });
    this.#resources = new Map(
      GRAPH_KINDS.map((kind) => {
        const informer = createInformer<GraphObject>({
          ...watched(kind.plural),
          mayBeAbsent: true,
          onChange: (key, change) => onResource(kind, key, change),
        });
        return [kind.kind, { kind, informer }];
      }),
    );
    this.approvals = createInformer<PlanApproval>({
      ...watched('planapprovals'),
      mayBeAbsent: true,
      onChange: onApproval,
    });
  }

  /** Begins to watch; resolves when the first lists are in, be it without the approvals. */
  async watch({ approvals }: { readonly approvals: boolean }): Promise<void> {
    for (const informer of this.#informers) informer.start();
    const needed = this.#informers.filter((informer) => approvals || informer !== this.approvals);
    await Promise.all(needed.map((informer) => informer.synced()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#informers.map((informer) => informer.stop()));
  }

  /** Whether the watches have heard from the API server within the time. */
  isFresh(maxAgeMs: number): boolean {
    const now = this.#options.clock.now();
    return this.#informers.every((informer) => now - (informer.lastContact() ?? -Infinity) < maxAgeMs);
  }

  /** Every object that makes things. */
  all(): GraphObject[] {
    return [...this.#resources.values()].flatMap(({ informer }) => informer.list());
  }

  /** One of them, by `Kind/namespace/name`. */
  find(queueKey: string): GraphObject | undefined {
    const [kind = '', ...rest] = queueKey.split('/');
    return this.of(kind)?.informer.get(rest.join('/'));
  }

  /** Those of a kind that makes things; undefined for any other. */
  of(kind: string): Watched | undefined {
    return this.#resources.get(kind);
  }

  /** How many of them use an Account. */
  users(account: string): number {
    return this.all().filter((object) => object.spec.accountRef.name === account).length;
  }

  /** Whether an object uses the Account that is more than looked at, and whose things are nowhere else. */
  isActedOn(account: string): boolean {
    const { installation } = this.#options.config;
    const named = this.accounts.get(account);
    const accountId = named && accountIdOf(named.spec);
    return this.all().some((object) => {
      if (object.spec.accountRef.name !== account || managementOf(object) !== 'Manage') return false;
      const { target } = object.status;
      return !target || (target.installation === installation && target.accountId === accountId);
    });
  }

  /** Whether another Account that is or was used leads to the same account. */
  isShared({ metadata, spec }: Account): boolean {
    return this.accounts
      .list()
      .some(
        (other) =>
          other.metadata.name !== metadata.name &&
          accountIdOf(other.spec) === accountIdOf(spec) &&
          hasFinalizer(other, ACCOUNT_FINALIZER),
      );
  }

  get #informers(): readonly Informer<KubeObject>[] {
    const resources = [...this.#resources.values()].map(({ informer }) => informer);
    return [this.accounts, ...resources, this.approvals];
  }
}

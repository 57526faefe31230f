import { accountIdOf } from '../api/account.ts';
import type { Graph } from '../graph/graph.ts';
import type { Plan } from '../graph/plan.ts';
import { ASSUMPTIONS, compileResources } from './assumed.ts';
import { contextOf, pathsOf, type CommonOptions } from './context.ts';
import { readManifests, RESOURCE_WORDS } from './manifests.ts';
import type { Terminal } from './terminal.ts';
import { Failures, UsageError } from './usage.ts';
import { counted } from './words.ts';
import { zonesByRegion } from './zones.ts';

export interface CompileOptions extends CommonOptions {
  readonly live?: boolean;
  readonly zones?: string;
}

/** An object's graph, with its plan where AWS was asked. */
export interface Compiled {
  readonly owner: string;
  /** Name of the Account. */
  readonly account: string;
  readonly accountId: string;
  readonly region: string;
  readonly graph: Graph;
  readonly plan: Plan | undefined;
}

/**
 * The graphs of all objects: from manifests and assumptions, which are told on the notes, or with `--live` from
 * what AWS says. Throws {@link Failures} where any of them cannot be compiled.
 */
export async function compile(options: CompileOptions, terminal: Terminal): Promise<Compiled[]> {
  const manifests = await readManifests(pathsOf(options), { ...options, resources: true });
  if (manifests.resources.length === 0)
    throw new UsageError(
      `there is no ${RESOURCE_WORDS} among the manifests, only ${counted(manifests.accounts.length, 'Account')}`,
      { instead: (command) => `${command} -f manifests/` },
    );
  const { config } = contextOf(options, terminal, { quiet: options.live !== true });
  const { made, failures } =
    options.live === true
      ? await import('./live.ts').then(async ({ planResources }) => {
          const survey = await planResources(config, manifests);
          return { made: survey.planned, failures: survey.failures };
        })
      : assume(config.installation);
  if (failures.length > 0) throw new Failures(failures);
  return made.map(({ graph, account, object, ...rest }) => ({
    owner: graph.owner,
    account: account.metadata.name,
    accountId: accountIdOf(account.spec),
    region: object.spec.region,
    graph,
    plan: 'plan' in rest ? rest.plan : undefined,
  }));

  function assume(installation: string) {
    const objects = manifests.resources.map(({ value }) => value);
    const zones =
      options.zones === undefined ? undefined : zonesByRegion(options.zones, objects, options.filename);
    terminal.note(`landfall: ${ASSUMPTIONS}`);
    const { compiled, failures } = compileResources(installation, manifests, { zones });
    return { made: compiled, failures };
  }
}

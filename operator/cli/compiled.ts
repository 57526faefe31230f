import type { Graph } from '../graph/graph.ts';
import type { Plan } from '../graph/plan.ts';
import { ASSUMPTIONS, compileNetworks } from './assumed.ts';
import { contextOf, pathsOf, type CommonOptions } from './context.ts';
import { readManifests } from './manifests.ts';
import type { Terminal } from './terminal.ts';
import { Failures, UsageError } from './usage.ts';
import { counted } from './words.ts';
import { zonesByRegion } from './zones.ts';

export interface CompileOptions extends CommonOptions {
  readonly live?: boolean;
  readonly zones?: string;
}

/** A network's graph, with its plan where AWS was asked. */
export interface Compiled {
  readonly owner: string;
  readonly accountId: string;
  readonly region: string;
  readonly graph: Graph;
  readonly plan: Plan | undefined;
}

/**
 * The graphs of all networks: from manifests and assumptions, which are told on the notes, or with `--live` from
 * what AWS says. Throws {@link Failures} where any of them cannot be compiled.
 */
export async function compile(options: CompileOptions, terminal: Terminal): Promise<Compiled[]> {
  const manifests = await readManifests(pathsOf(options), { ...options, networks: true });
  if (manifests.networks.length === 0)
    throw new UsageError(
      `there is no SecureVpc among the manifests, only ${counted(manifests.accounts.length, 'Account')}`,
      { instead: (command) => `${command} -f manifests/` },
    );
  const { config } = contextOf(options, terminal, { quiet: options.live !== true });
  const { networks, failures } =
    options.live === true
      ? await import('./live.ts').then(async ({ planNetworks }) => {
          const survey = await planNetworks(config, manifests);
          return { networks: survey.planned, failures: survey.failures };
        })
      : assume(config.installation);
  if (failures.length > 0) throw new Failures(failures);
  return networks.map(({ graph, account, network, ...rest }) => ({
    owner: graph.owner,
    accountId: account.spec.aws.accountId,
    region: network.spec.region,
    graph,
    plan: 'plan' in rest ? rest.plan : undefined,
  }));

  function assume(installation: string) {
    const objects = manifests.networks.map(({ value }) => value);
    const zones =
      options.zones === undefined ? undefined : zonesByRegion(options.zones, objects, options.filename);
    terminal.note(`landfall: ${ASSUMPTIONS}`);
    const { compiled, failures } = compileNetworks(installation, manifests, zones);
    return { networks: compiled, failures };
  }
}

import { type AccountInAws, isInAws } from '../../api/account.ts';
import { API_VERSION } from '../../api/common.ts';
import { formatIssue, parseManifest } from '../../api/parse.ts';
import type { SecureVpc } from '../../api/secure-vpc.ts';
import { errorCode, interpret } from '../../aws/errors.ts';
import { tagsOf } from '../../aws/tags.ts';
import { fit } from '../../compile/names.ts';
import type { Config } from '../../config.ts';
import { checkAccount } from '../../controllers/account-identity.ts';
import type { Targets } from '../../controllers/targets.ts';
import { Terminal as Refusal } from '../../errors.ts';
import { contextOf, pathsOf, type CommonOptions } from '../context.ts';
import { DONE } from '../exit-codes.ts';
import { planResource, readers, type PlannedResource } from '../live.ts';
import { readManifests } from '../manifests.ts';
import type { Terminal } from '../terminal.ts';
import { Failures, UsageError } from '../usage.ts';
import { counted, filenameWords } from '../words.ts';
import { adoptedIn, specOf } from './draft-spec.ts';
import { draftOf, narrowed, type Draft } from './draft.ts';
import { leftBy } from './left-out.ts';
import { manifestText } from './manifest-text.ts';
import { surveyVpc } from './survey.ts';

export interface AdoptOptions extends CommonOptions {
  readonly account?: string;
  readonly region?: string;
  readonly name?: string;
}

/** Names of objects are DNS labels. */
const NAME_MAX = 63;

/** Where the network is and what it is called in the cluster. */
interface Place {
  readonly account: AccountInAws;
  readonly region: string;
  readonly namespace: string;
  readonly name: string | undefined;
}

/** Reads a VPC and prints the manifest that takes it over. Writes nothing to AWS. */
export async function adoptCommand(
  options: AdoptOptions,
  terminal: Terminal,
  [vpcId = '']: readonly string[],
): Promise<number> {
  if (/^arn:aws[a-z-]*:ecs:/.test(vpcId))
    throw new UsageError(
      `${vpcId} is of ECS, and no manifest is written of a cluster or a service that exists, but of a VPC alone: write an EcsService with names of its own, and move over`,
      { instead: (command) => `${command} vpc-0a1b2c3d4e5f60718${filenameWords(options.filename)}` },
    );
  if (!/^vpc-[0-9a-f]+$/.test(vpcId))
    throw new UsageError(`${vpcId} is not the id of a VPC`, {
      instead: (command) => `${command} vpc-0a1b2c3d4e5f60718${filenameWords(options.filename)}`,
    });
  const { accounts } = await readManifests(pathsOf(options), options);
  const account = chooseAccount(accounts.map(({ value }) => value).filter(isInAws), vpcId, options);
  const region = chooseRegion(account, vpcId, options);
  const { config } = contextOf(options, terminal);
  const { targets, calls } = readers(config);
  const place = { account, region, namespace: options.namespace ?? 'default', name: options.name };
  try {
    const { object, draft, planned } = await draftManifest(config, targets, vpcId, place);
    const { namespace } = place;
    const left = leftBy(draft, planned.plan.actions);
    terminal.out(manifestText({ vpcId, object, account, namespace, left, planned }).trimEnd());
    terminal.note(terminal.paint.dim(`${counted(calls(), 'AWS call')}, none of which writes`));
    return DONE;
  } catch (error) {
    throw failureOf(error, vpcId);
  } finally {
    targets.close();
  }
}

interface Drafted {
  readonly object: object;
  readonly draft: Draft;
  readonly planned: PlannedResource;
}

/** Drafts, plans what was drafted, and gives up what the plan would change, until it changes no more than people accept. */
async function draftManifest(
  config: Config,
  targets: Targets,
  vpcId: string,
  place: Place,
): Promise<Drafted> {
  const { account, region, namespace } = place;
  const { verdict } = await checkAccount({ targets, installation: config.installation }, account, {
    fresh: false,
  });
  if (verdict.kind !== 'ready') throw new Refusal('AccountNotReady', `${verdict.reason}: ${verdict.message}`);
  const { session } = targets.openAws(account.metadata.name, account.spec.aws, region);
  const survey = await surveyVpc(session, vpcId);
  const name = place.name ?? labelFrom(tagsOf(survey.vpc)['Name'] ?? '', vpcId);
  const manifests = { accounts: [found(allowing(account, namespace))], resources: [] };
  let draft = draftOf(survey, region);
  for (;;) {
    const object = {
      apiVersion: API_VERSION,
      kind: 'SecureVpc',
      metadata: { name, namespace },
      spec: {
        accountRef: { name: account.metadata.name },
        region,
        ...specOf(draft),
        adopt: adoptedIn(draft),
      },
    };
    const planned = await planResource(config, targets, manifests, parsed(object));
    const next = narrowed(draft, planned.plan.actions);
    if (next === draft) return { object, draft, planned };
    draft = next;
  }
}

function parsed(object: object): SecureVpc {
  const result = parseManifest('SecureVpc', object);
  if (result.ok) return result.value;
  throw new Refusal(
    'InvalidSpec',
    `the VPC is no SecureVpc: ${result.issues.map((issue) => formatIssue(issue)).join('; ')}`,
  );
}

/** The Account as it has to be once the manifest is applied; the manifest says where it is not so yet. */
function allowing(account: AccountInAws, namespace: string): AccountInAws {
  const { aws } = account.spec;
  return {
    ...account,
    spec: {
      aws: {
        ...aws,
        namespaces: [...aws.namespaces, namespace],
        adoptionNamespaces: [...aws.adoptionNamespaces, namespace],
      },
    },
  };
}

function found(value: AccountInAws) {
  return { place: { file: '', document: 1, line: 1 }, value };
}

function chooseAccount(
  accounts: readonly AccountInAws[],
  vpcId: string,
  options: AdoptOptions,
): AccountInAws {
  const names = accounts.map(({ metadata }) => metadata.name).sort();
  const instead = (command: string) =>
    `${command} ${vpcId}${filenameWords(options.filename)} --account ${names[0] ?? 'portal'}`;
  const { account: wanted } = options;
  if (names.length === 0)
    throw new UsageError('there is no Account among the manifests, which says how to reach AWS', { instead });
  const chosen = accounts.filter(({ metadata }) => wanted === undefined || metadata.name === wanted);
  if (chosen.length === 0)
    throw new UsageError(`--account ${wanted}: the manifests have ${names.join(', ')}`, { instead });
  const [account, ...others] = chosen;
  if (!account || others.length > 0)
    throw new UsageError(
      `the manifests have the Accounts ${names.join(', ')}, and the VPC is in one of them`,
      {
        instead,
      },
    );
  return account;
}

function chooseRegion({ metadata, spec }: AccountInAws, vpcId: string, options: AdoptOptions): string {
  const { regions } = spec.aws;
  const [first = ''] = regions;
  const instead = (command: string) =>
    `${command} ${vpcId}${filenameWords(options.filename)} --account ${metadata.name} --region ${first}`;
  const region = options.region ?? (regions.length === 1 ? first : undefined);
  if (region === undefined)
    throw new UsageError(`Account ${metadata.name} has the regions ${regions.join(', ')}`, { instead });
  if (!regions.includes(region))
    throw new UsageError(`--region ${region}: Account ${metadata.name} has ${regions.join(', ')}`, {
      instead,
    });
  return region;
}

/** A name that people gave as a DNS label; the id where nothing is left of it. */
function labelFrom(name: string, vpcId: string): string {
  const label = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return fit(label === '' ? vpcId : label, NAME_MAX);
}

/** Bugs of the program are thrown on. */
function failureOf(error: unknown, object: string): unknown {
  if (error instanceof Refusal)
    return new Failures([{ object, reason: error.reason, message: error.message }]);
  if (!(error instanceof Error) || errorCode(error) === undefined) return error;
  const { reason, message } = interpret(error);
  return new Failures([{ object, reason, message }]);
}

import { stringify } from 'yaml';
import { type AccountInAws, isInAws } from '../api/account.ts';
import { awsKinds } from '../aws/kinds.ts';
import {
  everyPermission,
  permissionsFor,
  planPermissions,
  policiesFor,
  POLICY_MAX,
  sizeOf,
  type PolicyDocument,
} from '../aws/least-privilege.ts';
import { partitionOf } from '../aws/partition.ts';
import { takesOver } from '../aws/permissions.ts';
import { graphKindOf, kindsFor } from '../controllers/graph-kinds.ts';
import type { GraphObject } from '../controllers/resource-status.ts';
import type { Session } from '../controllers/target.ts';
import { kindOf, type Kinds, type Permission } from '../graph/kind.ts';
import { compileResources } from './assumed.ts';
import { contextOf, pathsOf, type CommonOptions } from './context.ts';
import { DONE } from './exit-codes.ts';
import type { PolicyFormat } from './formats.ts';
import { readManifests, RESOURCE_WORDS } from './manifests.ts';
import type { Terminal } from './terminal.ts';
import { Failures, UsageError } from './usage.ts';
import { counted, filenameWords } from './words.ts';

export interface PolicyOptions extends CommonOptions {
  readonly output?: PolicyFormat;
  readonly account?: string;
  readonly all?: boolean;
  readonly readOnly?: boolean;
}

/**
 * Prints the smallest IAM policy with which the operator can do its work for the manifests, one for each Account that
 * they use. Makes no call. Documents go to the output, what is said of them to the notes.
 */
export async function policyCommand(options: PolicyOptions, terminal: Terminal): Promise<number> {
  const manifests = await readManifests(pathsOf(options), options);
  const { config } = contextOf(options, terminal, { quiet: true });
  const { compiled, failures } = compileResources(config.installation, manifests);
  if (failures.length > 0) throw new Failures(failures);
  const everybody = options.all === true || options.readOnly === true;
  const accounts = everybody
    ? manifests.accounts.map(({ value }) => value)
    : [...new Set(compiled.map(({ account }) => account))];
  // What the operator needs in a cluster, its ClusterRole says.
  const chosen = choose(accounts.filter(isInAws), options);
  const documents = chosen.flatMap((account) => {
    const own = compiled.filter((one) => one.account === account);
    const types = new Set(own.flatMap(({ graph }) => [...graph.nodes.values()].map(({ type }) => type)));
    const kinds = [...types].map((type) => kindOf(awsKinds, type));
    const needed = options.all === true ? everyPermission() : permissionsFor(kinds, listedFor(own));
    const permissions =
      options.readOnly === true
        ? planPermissions()
        : [...needed, ...own.flatMap(besides), ...takesOver(own.flatMap(adoptedInEc2))];
    return describe(account, policiesOf(account, permissions, config.installation), terminal);
  });
  terminal.out(textOf(documents, options.output ?? 'json'));
  return DONE;
}

/** The kinds that are listed for the sake of these objects. */
function listedFor(own: readonly { readonly object: GraphObject }[]): Kinds<Session> {
  return new Map(own.flatMap(({ object }) => [...kindsFor(graphKindOf(object.kind), object)]));
}

type Compiled = ReturnType<typeof compileResources>['compiled'][number];

/** What things need with the inputs that they have here, and others of their kinds do not. */
function besides({ graph }: Compiled): Permission[] {
  return [...graph.nodes.values()].flatMap(({ type, inputs }) => [
    ...(kindOf(awsKinds, type).iamFor?.(inputs) ?? []),
  ]);
}

/** Ids of EC2 that an object takes over; of IAM and CloudWatch Logs its kinds may tag what nobody has tagged anyway. */
function adoptedInEc2({ object, graph }: Compiled): string[] {
  return (object.spec.adopt ?? []).flatMap(({ node, id }) => {
    const type = graph.nodes.get(node)?.type;
    const isEc2 = type !== undefined && kindOf(awsKinds, type).collection.name.startsWith('ec2/');
    return isEc2 ? [id] : [];
  });
}

function choose(
  accounts: readonly AccountInAws[],
  { account: wanted, filename }: PolicyOptions,
): AccountInAws[] {
  const names = accounts.map(({ metadata }) => metadata.name).sort();
  if (names.length === 0)
    throw new UsageError(
      `there is no ${RESOURCE_WORDS} among the manifests whose needs a policy could meet; --all takes every kind of thing`,
      { instead: (command) => `${command}${filenameWords(filename)} --all` },
    );
  const chosen = accounts.filter(({ metadata }) => wanted === undefined || metadata.name === wanted);
  if (chosen.length === 0)
    throw new UsageError(`--account ${wanted}: the manifests use ${names.join(', ')}`, {
      instead: (command) => `${command}${filenameWords(filename)} --account ${names[0]}`,
    });
  return chosen.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function policiesOf(
  { spec: { aws } }: AccountInAws,
  permissions: Parameters<typeof policiesFor>[0],
  installation: string,
): PolicyDocument[] {
  return policiesFor(permissions, {
    partition: partitionOf(aws.regions[0] ?? ''),
    accountId: aws.accountId,
    regions: aws.regions,
    installation,
    boundaryArn: aws.permissionsBoundaryArn,
  });
}

/** Says whose each document is, and what a person should know before attaching it. */
function describe(
  { metadata: { name }, spec: { aws } }: AccountInAws,
  documents: readonly PolicyDocument[],
  terminal: Terminal,
): readonly PolicyDocument[] {
  documents.forEach((document, index) => {
    const actions = new Set(document.Statement.flatMap(({ Action }) => Action)).size;
    const which = documents.length > 1 ? `, policy ${index + 1} of ${documents.length}` : '';
    terminal.note(
      `landfall: Account ${name} (${aws.accountId})${which}: ${counted(actions, 'action')}, ${sizeOf(document)} of the ${POLICY_MAX} characters that a managed policy may have`,
    );
  });
  const makesRoles = documents.some(({ Statement }) =>
    Statement.some(({ Action }) => Action.includes('iam:CreateRole')),
  );
  if (makesRoles && aws.permissionsBoundaryArn === undefined)
    terminal.note(
      `landfall: Account ${name} names no permissionsBoundaryArn, so nothing bounds what the roles may do that are made under /landfall/; manifests/iam/boundary.json is one`,
    );
  return documents;
}

/** One document after the other: a single one is what IAM takes. */
function textOf(documents: readonly PolicyDocument[], format: PolicyFormat): string {
  const texts = documents.map((document) =>
    format === 'json'
      ? JSON.stringify(document, undefined, 2)
      : stringify(document, { aliasDuplicateObjects: false }).trimEnd(),
  );
  return texts.join(format === 'json' ? '\n' : '\n---\n');
}

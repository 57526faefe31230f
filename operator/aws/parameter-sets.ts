import type { Change, Permission } from '../graph/kind.ts';
import { isNotFound } from './errors.ts';
import { pages, type AwsCollection, type Page } from './kind.ts';
import type { AwsSession } from './session.ts';

/**
 * How many parameters one call may set, or reset: ModifyDBParameterGroup ("A maximum of 20 parameters can be modified in a single
 * request") and ModifyCacheParameterGroup, API references.
 */
const WRITTEN_MAX = 20;

/** What somebody has set in one parameter group, by the group's ARN. */
export interface ParameterSet {
  readonly arn: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The group was not there any more: nothing differs in it, whatever an older listing says. */
  readonly isGone?: true;
}

/** A parameter in AWS's words. */
interface Named {
  readonly ParameterName?: string | undefined;
  readonly ParameterValue?: string | undefined;
}

interface CollectionOptions {
  readonly name: string;
  /** The collection of the groups. */
  readonly parent: string;
  readonly reading: readonly Permission[];
  /** A page of what is set in a group. */
  readonly describe: (
    session: AwsSession,
    arn: string,
    which: { readonly Source: 'user'; readonly Marker?: string },
  ) => Promise<Page<Named>>;
}

/** Parameters, which AWS reads for one group a call. */
export function parameterSets(options: CollectionOptions): AwsCollection<ParameterSet> {
  const { name, parent, reading, describe } = options;
  const read = async (session: AwsSession, arn: string): Promise<ParameterSet> => {
    const all = pages<Named>((Marker) =>
      describe(session, arn, { Source: 'user', ...(Marker !== undefined && { Marker }) }),
    );
    const parameters: Record<string, string> = {};
    try {
      for await (const page of all)
        for (const { ParameterName, ParameterValue } of page)
          if (ParameterName !== undefined && ParameterValue !== undefined)
            parameters[ParameterName] = ParameterValue;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return { arn, parameters: {}, isGone: true };
    }
    return { arn, parameters };
  };
  return {
    name,
    lane: 'slow',
    scope: 'region',
    iam: reading,
    parent,
    async *list() {},
    get: (session, arns) => Promise.all(arns.map((arn) => read(session, arn))),
    id: ({ arn }) => arn,
    tags: () => ({}),
  };
}

/** What differs of a group: a change for each parameter. One that is not wanted any more gets the engine's value back. */
export function parameterChanges(
  wanted: Readonly<Record<string, string>>,
  record: ParameterSet | undefined,
): Change[] {
  if (record?.isGone) return [];
  const now = record?.parameters ?? {};
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(now)])].sort();
  return names.flatMap((name): Change[] => {
    const [from, to] = [now[name], wanted[name]];
    if (from === to) return [];
    const path = `parameters[${name}]`;
    return [{ path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
  });
}

/** How a service is told of parameters, and the inventory of what it took. */
interface Writes {
  readonly set: (parameters: { ParameterName: string; ParameterValue: string }[]) => Promise<unknown>;
  readonly reset: (parameters: { ParameterName: string }[]) => Promise<unknown>;
  readonly took: (after: (now: ParameterSet['parameters']) => ParameterSet['parameters']) => void;
}

/** Makes these changes, as many at once as AWS takes: first what is set, then what gets the engine's value back. */
export async function writeParameters(
  changes: readonly Change[],
  { set, reset, took }: Writes,
): Promise<void> {
  const named = changes.map(({ path, to }) => ({ name: path.slice('parameters['.length, -1), to }));
  for (const part of chunks(named.filter(({ to }) => to !== undefined))) {
    const values = part.map(({ name, to }) => [name, String(to)] as const);
    await set(values.map(([ParameterName, ParameterValue]) => ({ ParameterName, ParameterValue })));
    took((now) => ({ ...now, ...Object.fromEntries(values) }));
  }
  for (const part of chunks(named.filter(({ to }) => to === undefined))) {
    const gone = new Set(part.map(({ name }) => name));
    await reset(part.map(({ name }) => ({ ParameterName: name })));
    took((now) => Object.fromEntries(Object.entries(now).filter(([name]) => !gone.has(name))));
  }
}

function chunks<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / WRITTEN_MAX);
  return Array.from({ length: count }, (_, index) =>
    items.slice(index * WRITTEN_MAX, (index + 1) * WRITTEN_MAX),
  );
}

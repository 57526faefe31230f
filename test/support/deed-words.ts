import { TAG } from '../../operator/graph/ownership.ts';

/**
 * A deed is one thing done to AWS in one line: `rtb-1 routes[0.0.0.0/0] = "igw-1"`. A plan is read as deeds, and so are
 * the calls that reached AWS, each by itself: where both lists are the same, what was printed is what was done, in
 * every argument, and nothing else was.
 */
export type Deed = string;

export const set = (subject: string, path: string, value: unknown): Deed =>
  `${subject} ${path} = ${JSON.stringify(value)}`;
export const gone = (subject: string, path: string): Deed => `${subject} ${path} gone`;
/** Something that nobody sees. */
export const written = (subject: string, path: string): Deed => `${subject} ${path} is written`;
export const made = (subject: string, type: string): Deed => `${subject} is made, a ${type}`;
export const deleted = (subject: string): Deed => `${subject} is deleted`;
/** It would be deleted, and something needs it still. */
export const left = (subject: string): Deed => `${subject} is left`;

/** Knows by node what stands in the end: outputs of the plan made once the operator is done. */
export interface Outcome {
  /** The id of a node of the owner whose things these are. */
  readonly idOf: (owner: string, node: string) => string;
  /** What an association stands for that AWS names by an id of its own: `subnet-1 routeTableId`. */
  readonly associated: (id: string) => string;
}

/** The parameters of one call; whoever reads one has told what it means, and what nobody reads is told as it is. */
export class Parameters {
  readonly #all: Map<string, unknown>;

  constructor(all: Readonly<Record<string, unknown>>) {
    this.#all = new Map(Object.entries(all));
  }

  take(name: string): unknown {
    const value = this.#all.get(name);
    this.#all.delete(name);
    return value;
  }

  text(name: string): string {
    const value = this.take(name);
    return typeof value === 'string' ? value : JSON.stringify(value ?? '');
  }

  list(name: string): string[] {
    return [this.take(name) ?? []].flat().map(String);
  }

  /** A parameter that is always the same says nothing about the plan. */
  constant(name: string, value: unknown): void {
    if (this.#all.get(name) === value) this.#all.delete(name);
  }

  left(): string[] {
    return [...this.#all].map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  }
}

export type Tags = readonly { readonly Key: string; readonly Value?: string }[];
export type Reading = (params: Parameters, after: Outcome) => Deed[];

/** Values that a create does not send, since AWS takes them for granted. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** One deed for each item of a list, as plans compare lists. */
export function fields(subject: string, inputs: Readonly<Record<string, unknown>>): Deed[] {
  return Object.entries(inputs)
    .filter(([, value]) => !isNothing(value))
    .map(([path, value]) =>
      set(subject, path, Array.isArray(value) ? [...(value as string[])].sort() : value),
    );
}

/** The object's uid is known to the cluster alone, and which password a store has to its secret. */
export function tagDeeds(subject: string, tags: Readonly<Record<string, string>>): Deed[] {
  return Object.entries(tags)
    .filter(([key]) => key !== TAG.uid && key !== TAG.password)
    .map(([key, value]) => set(subject, `tags.${key}`, value));
}

export const tagsOf = (tags: unknown) =>
  Object.fromEntries(((tags ?? []) as Tags).map(({ Key, Value = '' }) => [Key, Value]));

/** A thing that is made with its tags: whose node it is stands in these. */
export function creation(
  type: string,
  after: Outcome,
  tags: Readonly<Record<string, string>>,
  inputs: Readonly<Record<string, unknown>>,
): Deed[] {
  const id = after.idOf(tags[TAG.owner] ?? '', tags[TAG.node] ?? '');
  return [made(id, type), ...fields(id, inputs), ...tagDeeds(id, tags)];
}

/** What the id in this parameter names is deleted. */
export const deletion =
  (id: string): Reading =>
  (params) => [deleted(params.text(id))];

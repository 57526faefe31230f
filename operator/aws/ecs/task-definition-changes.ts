import type { TaskDefinition } from '@aws-sdk/client-ecs';
import type { Change } from '../../graph/kind.ts';
import { shortHash } from '../../graph/ownership.ts';
import { isUnresolved } from '../../graph/ref.ts';
import type { TaskDefinitionInputs } from './task-definition-inputs.ts';

/** Lists whose members have names: each is a field of its own, under what it says. */
const NAMED: Readonly<Record<string, string>> = { environment: 'value', secrets: 'valueFrom' };

/** What is registered of inputs. */
export function contentOf({ imagesAsideOf: _, ...content }: TaskDefinitionInputs): TaskDefinitionInputs {
  return content;
}

/** Whatever content has the same hash is registered once. Neither the order of keys nor what is undefined counts. */
export function contentHash(inputs: TaskDefinitionInputs): string {
  return shortHash(JSON.stringify(inKeyOrder(contentOf(inputs))), 32);
}

/** Images by container. */
export function imagesOf({ containerDefinitions = [] }: TaskDefinition): Record<string, string> {
  return Object.fromEntries(containerDefinitions.map(({ name = '', image = '' }) => [name, image]));
}

/** The same with the images of another revision, for the containers that both have. */
export function withImagesOf(inputs: TaskDefinitionInputs, revision: TaskDefinition): TaskDefinitionInputs {
  const images = imagesOf(revision);
  const containerDefinitions = inputs.containerDefinitions.map((container) => ({
    ...container,
    image: images[container.name] ?? container.image,
  }));
  return { ...inputs, containerDefinitions };
}

/** Whether two revisions, both with the defaults that AWS fills in, differ in nothing that Landfall writes but images. */
export function differInImagesAlone(one: TaskDefinition, other: TaskDefinition): boolean {
  const [a, b] = [fieldsOf(one), fieldsOf(other)];
  return [...new Set([...a.keys(), ...b.keys()])].every(
    (path) => IMAGE.test(path) || (holds(a.get(path), b.get(path)) && holds(b.get(path), a.get(path))),
  );
}

const IMAGE = /^containers\[.*\]\.image$/;

/**
 * Which fields of a revision would have to be others, for people to read. It says what the hash cannot, and decides
 * nothing: AWS adds defaults, and whoever compares with these revises for ever.
 */
export function contentChanges(inputs: TaskDefinitionInputs, described: TaskDefinition): Change[] {
  const now = fieldsOf(described);
  const wanted = fieldsOf(inputs);
  return [...new Set([...now.keys(), ...wanted.keys()])].flatMap((path): Change[] => {
    const [from, to] = [now.get(path), wanted.get(path)];
    // What AWS alone says of a container is a default, or of no field that Landfall writes.
    if (holds(from, to) || (to === undefined && !isWritten(path, from))) return [];
    return [{ path, ...(from !== undefined && { from }), ...(to !== undefined && { to }), replace: true }];
  });
}

/** The fields that refer to what is not there yet. */
export function openChanges(inputs: TaskDefinitionInputs): Change[] {
  return [...fieldsOf(inputs)]
    .filter(([, to]) => isUnresolved(to))
    .map(([path, to]) => ({ path, to, replace: true }));
}

type Fields = Map<string, unknown>;

/** What a task definition says, by path: `cpu`, `containers[web].image`, `containers[web].environment[PORT]`. */
function fieldsOf(definition: TaskDefinitionInputs | TaskDefinition): Fields {
  const fields: Fields = new Map();
  const { containerDefinitions = [], ...task } = definition;
  for (const [name, value] of Object.entries(task)) if (TASK_FIELDS.has(name)) fields.set(name, value);
  for (const container of containerDefinitions) {
    const of = `containers[${container.name}]`;
    for (const [name, value] of Object.entries(container)) {
      const says = NAMED[name];
      if (says === undefined) {
        if (CONTAINER_FIELDS.has(name)) fields.set(`${of}.${name}`, value);
        continue;
      }
      for (const member of (value ?? []) as readonly Readonly<Record<string, unknown>>[])
        fields.set(`${of}.${name}[${String(member['name'])}]`, member[says]);
    }
  }
  return fields;
}

const TASK_FIELDS = new Set([
  'family',
  'cpu',
  'memory',
  'networkMode',
  'requiresCompatibilities',
  'executionRoleArn',
  'taskRoleArn',
  'runtimePlatform',
  'volumes',
  'ephemeralStorage',
]);
const CONTAINER_FIELDS = new Set([
  'image',
  'essential',
  'cpu',
  'memory',
  'memoryReservation',
  'portMappings',
  'logConfiguration',
  'healthCheck',
  'command',
  'entryPoint',
  'user',
  'readonlyRootFilesystem',
  'linuxParameters',
  'ulimits',
  'dependsOn',
  'stopTimeout',
  'mountPoints',
]);

/** Whether a value that nobody wants any more was written by somebody, and not filled in by AWS. */
function isWritten(path: string, value: unknown): boolean {
  return !isNothing(value) && !(path.endsWith('.essential') && value === true);
}

/** Whether everything that `wanted` says is there already; AWS adds fields that nobody gave. */
function holds(there: unknown, wanted: unknown): boolean {
  if (isNothing(wanted)) return isNothing(there);
  if (Array.isArray(wanted))
    return (
      Array.isArray(there) &&
      there.length === wanted.length &&
      wanted.every((item, index) => holds(there[index], item))
    );
  if (typeof wanted !== 'object' || wanted === null) return there === wanted;
  if (typeof there !== 'object' || there === null) return false;
  const fields = there as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([key, item]) => holds(fields[key], item));
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === 0 || value === false || value === '') return true;
  return typeof value === 'object' && (value === null || Object.keys(value).length === 0);
}

function inKeyOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inKeyOrder);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]) => [key, inKeyOrder(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

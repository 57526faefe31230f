import type { AnnotationDoc } from './annotations.ts';
import { conditionsOf, type ReasonDoc } from './conditions.ts';
import { API_VERSION } from './common.ts';
import { describedSchema, type StructuralSchema } from './crd.ts';
import { eventDocs } from './events.ts';
import type { KindDefinition } from './kinds.ts';

const GENERATED = '<!-- Generated from operator/api by `make generate`; edit the schema there. -->';

/** The reference page of a kind, in Markdown. `textOf` gives the text of a manifest by its path. */
export function kindPage(definition: KindDefinition, textOf: (file: string) => string): string {
  const schema = describedSchema(definition);
  const { spec, status } = schema.properties ?? {};
  return [
    GENERATED,
    `# ${definition.kind}`,
    definition.summary,
    `\`${API_VERSION}\`, ${definition.scope === 'Cluster' ? 'cluster-scoped' : 'namespaced'}; \`kubectl get ${definition.plural}\` or \`kubectl get ${definition.shortNames.join(', ')}\`.`,
    '## Examples',
    ...definition.examples.flatMap(({ shows, file }) => [
      `### ${shows}`,
      `\`${file}\`:`,
      `\`\`\`yaml\n${textOf(file).trim()}\n\`\`\``,
    ]),
    ...annotationSection(definition.annotations ?? []),
    '## Fields',
    'A default of a field in a list, or in an object that may be written as `{}`, is not written into the stored object; Landfall takes it when it reads the object. All other defaults are stored.',
    ...refusals([['the object', schema]]),
    ...(spec ? objectSections('spec', spec) : []),
    '## Status',
    ...(status ? objectSections('status', status) : []),
    ...(definition.silent === true
      ? []
      : [
          '## Conditions',
          'What to do about each reason is also in [conditions](conditions.md).',
          ...conditionSections(definition.kind),
        ]),
  ].join('\n\n');
}

/** The page of all conditions and reasons. */
export function conditionsPage(): string {
  return [
    GENERATED,
    '# Conditions',
    'Every object of Landfall says in `status.conditions` how far it is. `Ready` is always there. `Reconciling` and `Stalled` are there only while they hold, and `Ready` is then False with the same reason, so that kstatus (Flux, `kubectl wait`) and people read the same. It stays as it is while drift is repaired, and while AWS asks for a pause or cannot be reached: what stands is as it was when last looked at. Wait with `kubectl wait --for=condition=Ready`.',
    ...conditionSections(undefined),
  ].join('\n\n');
}

/** The page of all events. */
export function eventsPage(): string {
  return [
    GENERATED,
    '# Events',
    '`kubectl describe` shows them under the object; `kubectl get events -A --field-selector reportingComponent=landfall` shows all. A message names the AWS thing by kind, id and node, what was done or tried, and where it failed AWS’s code, the action, account and role, and what to do.',
    table(
      ['Reason', 'Type', 'Meaning', 'What to do'],
      eventDocs().map(([name, { type, means, todo }]) => [`\`${name}\``, type, means, todo ?? '']),
    ),
    'Besides these every reason of `Reconciling` and `Stalled` comes as a Warning when an action, or the whole object, fails for it: [conditions](conditions.md). An action that only waits for an earlier one, or for AWS to carry out what it accepted, has no event of its own.',
  ].join('\n\n');
}

function annotationSection(annotations: readonly AnnotationDoc[]): string[] {
  if (annotations.length === 0) return [];
  const rows = annotations.map(({ name, means }) => [`\`${name}\``, means]);
  return ['## Annotations', table(['Annotation', 'What it does'], rows)];
}

function conditionSections(kind: string | undefined): string[] {
  return conditionsOf(kind).flatMap((condition) => [
    `### ${condition.type}`,
    condition.means,
    table(
      ['Reason', 'Meaning', 'What to do', ...(kind === undefined ? ['Kinds'] : [])],
      condition.reasons.map(([name, reason]) => [
        `\`${name}\``,
        reason.means,
        reason.todo ?? '',
        ...(kind === undefined ? [kindsOf(reason)] : []),
      ]),
    ),
  ]);
}

function kindsOf(reason: ReasonDoc): string {
  return reason.kinds?.join(', ') ?? 'all';
}

function objectSections(path: string, schema: StructuralSchema): string[] {
  const fields = Object.entries(schema.properties ?? {});
  const nested = fields.flatMap(([name, field]) => {
    const inner = objectIn(field);
    return inner ? objectSections(`${path}.${name}${inner.suffix}`, inner.schema) : [];
  });
  return [
    `### ${path}`,
    ...(schema.description === undefined ? [] : [schema.description]),
    fields.length === 0
      ? 'It has no fields: write `{}`.'
      : table(
          ['Field', 'Type', 'Default', 'Constraints', 'Description'],
          fields.map(([name, field]) => [
            `\`${name}\``,
            typeText(`${path}.${name}`, field),
            field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``,
            constraints(field, schema.required?.includes(name) ?? false),
            field.description ?? '',
          ]),
        ),
    ...refusals([
      ['the object', schema],
      ...fields
        .filter(([, field]) => !objectIn(field) || field.type === 'array')
        .map(([name, field]): [string, StructuralSchema] => [`\`${name}\``, field]),
      ...fields
        .filter(([, field]) => field.items && !field.items.properties)
        .map(([name, field]): [string, StructuralSchema] => [`an item of \`${name}\``, field.items ?? {}]),
    ]),
    ...nested,
  ];
}

/** The object that a field holds or lists, and how its path goes on. */
function objectIn(field: StructuralSchema): { suffix: string; schema: StructuralSchema } | undefined {
  if (field.properties) return { suffix: '', schema: field };
  if (field.items?.properties) return { suffix: '[]', schema: field.items };
  const values = field.additionalProperties;
  const inner = values ? objectIn(values) : undefined;
  return inner && { suffix: `.<key>${inner.suffix}`, schema: inner.schema };
}

function typeText(path: string, field: StructuralSchema): string {
  const inner = objectIn(field);
  const link = inner ? `[object](#${slug(`${path}${inner.suffix}`)})` : undefined;
  if (field.additionalProperties)
    return `map of ${field.additionalProperties.items ? `list of ${link ?? 'object'}` : (field.additionalProperties.type ?? '')}`;
  if (!field.items) return link ?? field.type ?? '';
  const keys = field['x-kubernetes-list-map-keys'];
  if (keys) return `list of ${link ?? 'object'} by \`${keys.join(', ')}\``;
  const list = field['x-kubernetes-list-type'] === 'atomic' ? 'list' : 'set';
  return `${list} of ${link ?? field.items.type ?? ''}`;
}

// GitHub makes anchors of headings by leaving out everything but letters, digits, hyphens and underscores.
function slug(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\w-]/gu, '');
}

function constraints(field: StructuralSchema, required: boolean): string {
  const limits = field.type === 'array' ? { ...field.items, ...field } : field;
  return [
    required ? 'required' : '',
    limits.enum ? limits.enum.map((value) => `\`${String(value)}\``).join(', ') : '',
    range(field.minimum, field.maximum, ''),
    range(field.minLength, field.maxLength, ' characters'),
    range(field.minItems, field.maxItems, ' items'),
    range(undefined, field.maxProperties, ' entries'),
    field['x-kubernetes-validations']?.some((rule) => rule.rule === 'self == oldSelf') ? 'immutable' : '',
  ]
    .filter((text) => text !== '')
    .join('; ');
}

function range(low: number | undefined, high: number | undefined, unit: string): string {
  if (low === undefined && high === undefined) return '';
  if (low === undefined) return `at most ${high}${unit}`;
  if (high === undefined) return `at least ${low}${unit}`;
  return `${low} to ${high}${unit}`;
}

function refusals(fields: [string, StructuralSchema][]): string[] {
  const lines = fields.flatMap(([name, field]) =>
    (field['x-kubernetes-validations'] ?? []).map((rule) => `- ${name}: ${shownMessage(rule.message)}`),
  );
  return lines.length === 0 ? [] : ['Refused, with these words:', lines.join('\n')];
}

// A message holds {self.field} where the API server shows a value.
function shownMessage(message: string): string {
  return message
    .split(/\{([\w.]+)\}/u)
    .map((part, index) => (index % 2 === 0 ? escaped(part) : `‹${valueName(part)}›`))
    .join('');
}

function valueName(placeholder: string): string {
  if (placeholder === 'self') return 'value';
  return placeholder
    .replace(/^self\./u, '')
    .replace(/^oldSelf\.?/u, 'former ')
    .trim();
}

function escaped(text: string): string {
  return text.replaceAll(/[<>*_]/gu, (character) => `\\${character}`);
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

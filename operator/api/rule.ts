import type { z } from 'zod';

/** A value that a rule's message shows, computed by the API server (`cel`) and by the command line (`of`). */
export interface Shown<T> {
  readonly cel: string;
  readonly of: (self: T) => string;
}

/**
 * One validation rule in both its forms. The API server evaluates `cel`, programs without an API server call
 * `check`; both answer with the same `message`, in which `{self}`, `{self.field}`, `{oldSelf}` or a name from
 * `show` stand for values.
 */
export interface Rule<T> {
  readonly cel: string;
  readonly message: string;
  readonly check: (self: T) => boolean;
  /** The field to report, below the value that the rule is about. */
  readonly path?: readonly string[];
  readonly show?: Readonly<Record<string, Shown<T>>>;
}

/** A rule about a change: it needs the former value, so only the API server can evaluate it. */
export interface TransitionRule {
  readonly cel: string;
  readonly message: string;
  readonly transition: true;
  readonly show?: Readonly<Record<string, { readonly cel: string }>>;
}

/** An entry of `x-kubernetes-validations`. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
  readonly messageExpression?: string;
  readonly fieldPath?: string;
  readonly reason?: string;
}

/** Adds rules to a schema: as refinements for parsing and as `x-kubernetes-validations` for the CRD. */
export function withRules<S extends z.ZodType>(
  schema: S,
  ...rules: readonly (Rule<z.output<S>> | TransitionRule)[]
): S {
  let ruled: S = schema;
  for (const rule of rules) {
    if ('transition' in rule) continue;
    ruled = ruled.superRefine((self, context) => {
      if (rule.check(self)) return;
      context.addIssue({ code: 'custom', message: fill(rule, self), path: [...(rule.path ?? [])] });
    });
  }
  const earlier = (schema.meta()?.['x-kubernetes-validations'] ?? []) as CelRule[];
  return ruled.meta({ ...schema.meta(), 'x-kubernetes-validations': [...earlier, ...rules.map(toCel)] });
}

/** A rule for a field that keeps its first value for ever. */
export function immutable(field: string, instead: string): TransitionRule {
  return {
    cel: 'self == oldSelf',
    message: `${field} cannot change from {oldSelf} to {self}: ${instead}`,
    transition: true,
  };
}

/** As {@link immutable}, on the object of the field, whose default the API server does not fill in (see `crd.ts`). */
export function immutableFrom(byDefault: string, field: string, instead: string): TransitionRule {
  const [now, before] = [orDefault(`self.${field}`, byDefault), orDefault(`oldSelf.${field}`, byDefault)];
  return {
    cel: `${now} == ${before}`,
    message: `${field} cannot change from {oldSelf} to {self}: ${instead}`,
    transition: true,
    show: { self: { cel: now }, oldSelf: { cel: before } },
  };
}

/**
 * CEL of a field that the API server does not fill in, with its default where it is not given: of `self.a.b` or
 * `oldSelf.a.b`. Of what orValue() gives the API server knows no length, and takes it for the longest there is.
 */
export function orDefault(path: string, byDefault: string | boolean): string {
  const [root = '', ...fields] = path.split('.');
  const given = fields.map((_, index) => `has(${[root, ...fields.slice(0, index + 1)].join('.')})`);
  const value = typeof byDefault === 'string' ? celString(byDefault) : String(byDefault);
  return `(${given.join(' && ')} ? ${path} : ${value})`;
}

/** A rule for an optional field, by its path below the value that the rule is about: given from the beginning, or never. */
export function keptOrNever(path: string, field: string, instead: string): TransitionRule {
  const steps = path.split('.').map((_, index, all) => all.slice(0, index + 1).join('.'));
  const has = (self: string) => `(${steps.map((step) => `has(${self}.${step})`).join(' && ')})`;
  return {
    cel: `${has('self')} == ${has('oldSelf')}`,
    message: `${field} can neither come nor go later: ${instead}`,
    transition: true,
  };
}

/** A rule for a string that must match a pattern; the pattern must mean the same in RE2 and in JavaScript. */
export function matches(pattern: string, message: string): Rule<string> {
  const regex = new RegExp(pattern, 'u');
  return { cel: `self.matches(${celString(pattern)})`, message, check: (self) => regex.test(self) };
}

const placeholder = /\{(\w+(?:\.\w+)*)\}/u;

function toCel(rule: Rule<never> | TransitionRule): CelRule {
  // The API server takes no path into metadata.
  const field = 'path' in rule && rule.path?.[0] !== 'metadata' ? rule.path : undefined;
  const path = field ? { fieldPath: `.${field.join('.')}` } : {};
  const words = { rule: rule.cel, message: rule.message, ...path };
  return placeholder.test(rule.message) ? { ...words, messageExpression: expression(rule) } : words;
}

// One format() costs the API server's estimate little, while + of strings without a known length exceeds it.
function expression(rule: Rule<never> | TransitionRule): string {
  const parts = rule.message.split(placeholder);
  const text = parts.map((part, index) => (index % 2 === 0 ? part.replaceAll('%', '%%') : '%s')).join('');
  const values = parts
    .filter((_, index) => index % 2 === 1)
    .map((name) => ('show' in rule ? rule.show?.[name]?.cel : undefined) ?? name);
  return `${celString(text)}.format([${values.join(', ')}])`;
}

function fill<T>(rule: Rule<T>, self: T): string {
  return rule.message.replaceAll(new RegExp(placeholder, 'gu'), (_, name: string) => {
    const shown = rule.show?.[name];
    if (shown) return shown.of(self);
    let value: unknown = self;
    for (const key of name.split('.').slice(1)) value = (value as Record<string, unknown>)[key];
    return String(value);
  });
}

/** A string literal of CEL. */
export function celString(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { immutable, matches, withRules } from '../../../operator/api/rule.ts';

const words = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error?.issues.map((issue) => issue.message);
const validations = (schema: z.ZodType) => schema.meta()?.['x-kubernetes-validations'];

describe('withRules', () => {
  const range = withRules(z.object({ from: z.int(), to: z.int() }), {
    cel: 'self.from <= self.to',
    message: '100% of {self.from} to {self.to} is empty',
    path: ['from'],
    check: (self) => self.from <= self.to,
  });

  it('writes one message for both readers', () => {
    expect(validations(range)).toEqual([
      {
        rule: 'self.from <= self.to',
        message: '100% of {self.from} to {self.to} is empty',
        messageExpression: "'100%% of %s to %s is empty'.format([self.from, self.to])",
        fieldPath: '.from',
      },
    ]);
    expect(words(range, { from: 3, to: 2 })).toEqual(['100% of 3 to 2 is empty']);
    expect(words(range, { from: 2, to: 2 })).toBeUndefined();
  });

  it('reports the field below the value', () => {
    expect(range.safeParse({ from: 3, to: 2 }).error?.issues[0]?.path).toEqual(['from']);
  });

  it('keeps the rules and the description that a schema has', () => {
    const twice = withRules(range.describe('A range.'), {
      cel: 'self.to < 10',
      message: 'too far',
      check: (self) => self.to < 10,
    });
    expect(twice.meta()).toMatchObject({ description: 'A range.' });
    expect(validations(twice)).toHaveLength(2);
    expect(words(twice, { from: 30, to: 20 })).toEqual(['100% of 30 to 20 is empty', 'too far']);
  });

  it('gives a plain message no expression', () => {
    const plain = withRules(z.string(), { cel: 'true', message: 'never', check: () => true });
    expect(validations(plain)).toEqual([{ rule: 'true', message: 'never' }]);
  });

  it('shows values that are computed in both languages', () => {
    const list = withRules(z.array(z.string()), {
      cel: "!('x' in self)",
      message: '{found} is in it',
      check: (self) => !self.includes('x'),
      show: { found: { cel: "self.filter(one, one == 'x')[0]", of: () => 'x' } },
    });
    expect(validations(list)).toMatchObject([
      { messageExpression: "'%s is in it'.format([self.filter(one, one == 'x')[0]])" },
    ]);
    expect(words(list, ['a', 'x'])).toEqual(['x is in it']);
  });

  it('leaves transition rules to the API server', () => {
    const fixed = withRules(z.string(), immutable('name', 'make another'));
    expect(validations(fixed)).toMatchObject([
      {
        rule: 'self == oldSelf',
        messageExpression: "'name cannot change from %s to %s: make another'.format([oldSelf, self])",
      },
    ]);
    expect(words(fixed, 'any')).toBeUndefined();
  });

  it('quotes patterns for CEL', () => {
    const pattern = withRules(z.string(), matches(String.raw`^\p{L}'$`, 'no'));
    expect(validations(pattern)).toMatchObject([{ rule: String.raw`self.matches('^\\p{L}\'$')` }]);
    expect(words(pattern, "ä'")).toBeUndefined();
    expect(words(pattern, '1')).toEqual(['no']);
  });
});

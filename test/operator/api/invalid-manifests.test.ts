import { describe, expect, it } from 'vitest';
import { type Kind, KINDS } from '../../../operator/api/kinds.ts';
import { CONDITIONS } from '../../../operator/api/conditions.ts';
import { formatIssue, parseManifest } from '../../../operator/api/parse.ts';
import { counted } from '../../support/counted.ts';
import { invalidFixtures, messagePattern, rulesOf } from './fixtures.ts';

const fixtures = invalidFixtures();
const byServer = fixtures.filter((fixture) => fixture.by === 'apiserver');

it.each(['SecureVpc', 'EcsService', 'PrivateLinkEndpoint', 'DataStore'])(
  '%s: there are at least 30',
  (kind) => {
    const messages = new Set(fixtures.filter((one) => one.kind === kind).map((one) => one.expect));
    expect(messages.size).toBeGreaterThanOrEqual(30);
  },
);

it('are so many', (context) => {
  expect(fixtures.length).toBeGreaterThan(0);
  counted(context, { invalidManifests: fixtures.length });
});

describe('without an API server', () => {
  it.each(byServer.filter((fixture) => fixture.documents.length === 1))(
    '$name is refused in the same words',
    (fixture) => {
      const result = parseManifest(fixture.kind, fixture.refused);
      const lines = result.ok ? [] : result.issues.map((issue) => formatIssue(issue));
      expect(lines).toEqual(expect.arrayContaining([expect.stringContaining(fixture.expect)]));
    },
  );

  it.each(fixtures.filter((fixture) => fixture.documents.length === 2))(
    '$name is refused only as a change: each of its documents is right by itself',
    (fixture) => {
      for (const document of fixture.documents) expect(parseManifest(fixture.kind, document).ok).toBe(true);
    },
  );

  it.each(fixtures.filter((fixture) => fixture.by === 'operator'))(
    '$name passes the schema and names a reason',
    (fixture) => {
      expect(parseManifest(fixture.kind, fixture.refused).ok).toBe(true);
      expect(Object.keys(CONDITIONS.Stalled.reasons)).toContain(fixture.reason);
    },
  );
});

describe.each(Object.keys(KINDS) as Kind[])('rules of %s', (kind) => {
  it.each(rulesOf(kind))('$message has a manifest that breaks it', (rule) => {
    const pattern = messagePattern(rule.message);
    const breaking = byServer.filter((fixture) => fixture.kind === kind && pattern.test(fixture.expect));
    expect(breaking.map((fixture) => fixture.name)).not.toEqual([]);
  });
});

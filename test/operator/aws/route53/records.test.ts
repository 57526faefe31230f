import { describe, expect, it } from 'vitest';
import { makeRecord, removeRecord, type DnsRecord } from '../../../../operator/aws/route53/records.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import { Zone } from './zone.ts';

const CNAME: DnsRecord = {
  zoneId: 'Z1',
  name: '_a.web.example.com',
  content: { type: 'CNAME', value: '_b.acm-validations.aws' },
};
const ALIAS: DnsRecord = {
  zoneId: 'Z1',
  name: '*.example.com',
  content: { type: 'A', aliasOf: 'Web-1.elb.amazonaws.com', aliasZoneId: 'Z9' },
};
const MARKER = '_landfall._a.web.example.com TXT';
const sessionOf = (zone: Zone) => ({ route53: zone }) as unknown as AwsSession;

describe('a record', () => {
  it('is made with the text that says for whom, in one batch', async () => {
    const zone = new Zone();
    await makeRecord(sessionOf(zone), CNAME, 'arn:one');
    expect(zone.texts()).toEqual({
      '_a.web.example.com CNAME': '_b.acm-validations.aws',
      [MARKER]: '"heritage=landfall,for=arn:one"',
    });
    expect(zone.batches).toBe(1);
  });

  it('serves all who need it, and goes with the last of them', async () => {
    const zone = new Zone();
    const session = sessionOf(zone);
    for (const claimant of ['arn:two', 'arn:one', 'arn:one']) await makeRecord(session, CNAME, claimant);
    expect(zone.texts()[MARKER]).toBe('"heritage=landfall,for=arn:one", "heritage=landfall,for=arn:two"');
    expect(zone.batches).toBe(2);
    await removeRecord(session, CNAME, 'arn:two');
    await removeRecord(session, CNAME, 'arn:two');
    expect(Object.keys(zone.texts())).toHaveLength(2);
    await removeRecord(session, CNAME, 'arn:one');
    expect(zone.texts()).toEqual({});
    expect(zone.batches).toBe(4);
  });

  it('stays for those who never said that they need it', async () => {
    const zone = new Zone();
    await makeRecord(sessionOf(zone), CNAME, 'arn:one');
    await removeRecord(sessionOf(zone), CNAME, 'arn:one', () => Promise.resolve(true));
    expect(zone.texts()).toEqual({ '_a.web.example.com CNAME': '_b.acm-validations.aws' });
  });

  it('of somebody else that says the same serves, and is neither claimed nor deleted', async () => {
    const zone = new Zone({ '_a.web.example.com CNAME': '_b.acm-validations.aws.' });
    const found = await makeRecord(sessionOf(zone), CNAME, 'arn:one');
    expect(found).toEqual({ content: '_b.acm-validations.aws', claims: undefined });
    await removeRecord(sessionOf(zone), CNAME, 'arn:one');
    expect(zone.batches).toBe(0);
  });

  it('that says something else is never touched, not even where the text beside it is ours', async () => {
    const zone = new Zone();
    await makeRecord(sessionOf(zone), CNAME, 'arn:one');
    zone.set('_a.web.example.com CNAME', 'elsewhere.example.org');
    await expect(makeRecord(sessionOf(zone), CNAME, 'arn:one')).rejects.toMatchObject({
      reason: 'NameTaken',
      message: expect.stringContaining(
        'record _a.web.example.com (CNAME) in hosted zone Z1 says elsewhere.example.org, and is to say _b.acm-validations.aws',
      ),
    });
    await removeRecord(sessionOf(zone), CNAME, 'arn:one');
    expect(zone.texts()).toEqual({ '_a.web.example.com CNAME': 'elsewhere.example.org' });
  });

  it('is looked at again where somebody else was faster', async () => {
    const zone = new Zone();
    zone.before = () => zone.set('_a.web.example.com CNAME', '_b.acm-validations.aws');
    await expect(makeRecord(sessionOf(zone), CNAME, 'arn:one')).rejects.toMatchObject({
      reason: 'WaitingForAws',
    });
    expect(Object.keys(zone.texts())).toEqual(['_a.web.example.com CNAME']);
  });

  it('may be an alias with a star, which Route 53 spells its own way, as the console its target', async () => {
    const zone = new Zone();
    await makeRecord(sessionOf(zone), ALIAS, 'arn:one');
    expect(zone.texts()).toEqual({
      '*.example.com A': 'alias of Web-1.elb.amazonaws.com',
      '_landfall-any.example.com TXT': '"heritage=landfall,for=arn:one"',
    });
    zone.set('*.example.com A', 'alias of dualstack.web-1.elb.amazonaws.com.');
    await makeRecord(sessionOf(zone), ALIAS, 'arn:one');
    expect(zone.batches).toBe(1);
    await removeRecord(sessionOf(zone), ALIAS, 'arn:one');
    expect(zone.texts()).toEqual({});
  });

  it('of a zone that is gone needs no removing', async () => {
    const zone = new Zone();
    zone.isGone = true;
    await removeRecord(sessionOf(zone), CNAME, 'arn:one');
    expect(zone.batches).toBe(0);
  });
});

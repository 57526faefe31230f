import { describe, expect, it } from 'vitest';
import { Registration } from '../../../../service/portal/companies/company.ts';
import { expectTakenAsDocumented } from '../../documented.ts';

const REGISTRATION = {
  companyName: 'Test Company',
  registrationNumber: 'REG123',
  businessType: 'LLC',
  address: '123 Test St',
  contactPerson: 'John Doe',
  email: 'test@example.com',
  phone: '555-0123',
};

const faults = (over: Record<string, unknown>) =>
  Registration.safeParse({ ...REGISTRATION, ...over }).error?.issues.map(({ path, message }) => [
    path.join('.'),
    message,
  ]);

describe('a registration', () => {
  it('is taken with its spaces trimmed and in one form of Unicode, without what nobody asked for', () => {
    const sent = { ...REGISTRATION, companyName: '  Mu\u0308ller ', status: 'approved' };
    expect(Registration.parse(sent)).toEqual({ ...REGISTRATION, companyName: 'Müller' });
  });

  it.each([
    ['companyName', ''],
    ['companyName', '\u00a0\t'],
    ['companyName', 'a\nb'],
    ['companyName', 'a\ud83d'],
    ['companyName', 'é'.repeat(201)],
    // Two characters each in the form that is kept.
    ['companyName', '\u0958'.repeat(150)],
    // An ASCII letter in that form.
    ['registrationNumber', '\u212a1'],
    ['companyName', null],
    ['registrationNumber', '-1'],
    ['registrationNumber', 'Ω1'],
    ['address', '\u0000'],
    ['email', 'a@b'],
    ['email', 'a b@example.com'],
    ['email', 'a@example.com, c@example.com'],
    ['email', `${'a'.repeat(250)}@example.com`],
    // Its question mark is a semicolon in that form.
    ['email', 'a\u037e@example.com'],
    ['phone', '1234'],
    ['phone', '+49 30 12x45'],
    ['id', 'a/b'],
  ])('has one message for %s %j', (field, value) => {
    expect(faults({ [field]: value })).toEqual([[field, expect.stringMatching(/^[A-Z].*\.$|^must /)]]);
  });

  it.each([
    ['companyName', '🥐'.repeat(200)],
    ['address', 'Lange Straße 1\r\n10115 Berlin'],
    ['registrationNumber', 'HRB 12345/B'],
    ['email', 'o’neill+portal@sub.example.co.uk'],
    ['phone', '+1 (555) 010-0123'],
    ['phone', '\u00a0555-0123\r\n'],
    ['id', 'test-123'],
  ])('takes %s %j', (field, value) => {
    expect(faults({ [field]: value })).toBeUndefined();
  });

  it.each([
    'companyName',
    'registrationNumber',
    'businessType',
    'address',
    'contactPerson',
    'email',
    'phone',
    'id',
  ] as const)('takes of %s what the document says, and refuses what not', (field) => {
    // What is kept of these few is something else, and checked again.
    const differs = (text: string) => text.normalize('NFC') !== text;
    expectTakenAsDocumented(Registration.shape[field], differs);
  });

  it('is looked at in no time, however long it is', () => {
    const started = performance.now();
    for (const text of [
      ' '.repeat(90_000),
      '1 '.repeat(45_000),
      'a.'.repeat(45_000),
      `a@${'a.'.repeat(45_000)}`,
    ])
      for (const field of Object.keys(REGISTRATION)) faults({ [field]: text });
    expect(performance.now() - started).toBeLessThan(500);
  });
});

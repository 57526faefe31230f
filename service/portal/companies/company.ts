import { z } from 'zod';
import { CONTROL, text } from './text.ts';

/** What is decided of a registration. */
export const Status = z.enum(['pending', 'approved', 'rejected'], 'must be pending, approved or rejected');

export type Status = z.infer<typeof Status>;

/** What an id looks like. */
export const ID = '[A-Za-z0-9-]{1,36}';

/** Of a registration that was made, or that its maker has given it. */
export const Id = z
  .string('must be text')
  .regex(new RegExp(`^${ID}$`), 'must have 1 to 36 letters, digits and hyphens')
  .meta({ example: '0192f0c1-7d3e-4a51-9c3e-5a1f0b6f2d11' });

/** What a company says of itself. */
const FIELDS = {
  companyName: text({ missing: 'Enter the name of the company.', most: 200, example: 'Test Company' }),
  registrationNumber: text({
    missing: 'Enter the registration number.',
    most: 50,
    form: {
      pattern: '[A-Za-z0-9][A-Za-z0-9 ./-]*',
      message: 'Use letters from A to Z, digits, spaces and . / - only, and begin with a letter or digit.',
    },
    example: 'REG123',
  }),
  businessType: text({ missing: 'Choose the type of business.', most: 100, example: 'LLC' }),
  address: text({ missing: 'Enter the address.', most: 500, lines: true, example: '123 Test St' }),
  contactPerson: text({ missing: 'Enter the name of a contact person.', most: 200, example: 'John Doe' }),
  email: text({
    missing: 'Enter an email address.',
    most: 254,
    form: {
      pattern: String.raw`[^${CONTROL}\s@<>()",:;\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+`,
      message: 'Enter an email address in the form name@example.com.',
    },
    example: 'test@example.com',
  }),
  phone: text({
    missing: 'Enter a phone number.',
    most: 40,
    form: {
      pattern: String.raw`\+?[ ()./-]*([0-9][ ()./-]*){5,20}`,
      message: 'Enter a phone number with 5 to 20 digits, such as +1 555 0123.',
    },
    example: '555-0123',
  }),
};

/** What is sent to register a company. What else is sent (a date, a status) is the portal's to say, and passed over. */
export const Registration = z
  .object(
    {
      ...FIELDS,
      id: Id.optional().meta({ description: 'Made by the portal unless given.' }),
    },
    'must be an object with the fields of a company',
  )
  .meta({ id: 'Registration' });

export type Registration = z.infer<typeof Registration>;

const submittedDate = z.iso.datetime().meta({ description: 'When it was registered, in UTC.' });

/** What anybody may know who knows the id. */
export const CompanySummary = z
  .object({ id: Id, companyName: z.string(), submittedDate, status: Status })
  .meta({ id: 'CompanySummary' });

/** All of it, for whoever is logged in. */
export const Company = z
  .object({
    id: Id,
    companyName: z.string(),
    registrationNumber: z.string(),
    businessType: z.string(),
    address: z.string(),
    contactPerson: z.string(),
    email: z.string(),
    phone: z.string(),
    submittedDate,
    status: Status,
  })
  .meta({ id: 'Company' });

export type Company = z.infer<typeof Company>;

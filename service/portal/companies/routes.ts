import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { cursorLike, cursorOf } from '../../http/cursor.ts';
import { Problem } from '../../http/problem.ts';
import { madeAt, ok, type RequestContext, route, type Route } from '../../http/route.ts';
import { wholeNumber } from '../../http/whole.ts';
import type { Admin } from '../admin/guard.ts';
import { TO_CHANGE, TO_SEE, TO_SEE_MORE } from '../admin/security.ts';
import { Company, CompanySummary, ID, Id, Registration, Status } from './company.ts';
import type { Companies } from './table.ts';

const DEFAULT_PAGE = 50;
const LARGEST_PAGE = 100;

const CompanyPage = z
  .object({
    companies: z.array(Company),
    nextCursor: z
      .string()
      .nullable()
      .meta({ description: 'The `cursor` of the next page; null where this is the last.' }),
  })
  .meta({ id: 'CompanyPage' });

const shared = { tag: 'Companies', waits: true } as const;
const one = { ...shared, path: '/api/companies/{id}', params: z.object({ id: Id }) } as const;

interface Options {
  /** Throws a 503 where there is no database. */
  readonly companies: () => Companies;
  readonly admin: Admin;
  readonly now: () => number;
}

/** Companies register themselves; who is logged in as an administrator sees them and decides. */
export function companyRoutes({ companies, admin, now }: Options): Route[] {
  const none = (id: string) => new Problem(404, `There is no company ${id}.`);
  return [
    route(
      {
        ...shared,
        method: 'post',
        path: '/api/companies',
        id: 'registerCompany',
        summary: 'Registers a company',
        body: Registration,
        answers: {
          201: {
            description: 'It is registered, and waits to be decided upon.',
            schema: Company,
            headers: { Location: madeAt },
          },
        },
        problems: [409],
      },
      async ({ body, request: { signal } }) => {
        const { id = randomUUID(), ...said } = body;
        const submittedDate = new Date(now()).toISOString();
        const company: Company = { id, ...said, submittedDate, status: 'pending' };
        const outcome = await companies().add(company, signal);
        if (outcome !== 'added') throw taken(outcome);
        return { status: 201, body: company, headers: { Location: `/api/companies/${id}` } };
      },
    ),
    route(
      {
        ...shared,
        method: 'get',
        path: '/api/companies',
        id: 'companies',
        summary: 'The companies, the newest first; for administrators',
        query: z.object({
          status: Status.optional().meta({ description: 'Those of this status only.' }),
          limit: wholeNumber({ least: 1, most: LARGEST_PAGE, fallback: DEFAULT_PAGE }),
          cursor: cursorLike(ID, 'must be the nextCursor of a page')
            .optional()
            .meta({ description: 'The `nextCursor` of the page before.' }),
        }),
        security: TO_SEE,
        answers: { 200: { description: 'A page of them.', schema: CompanyPage } },
        problems: [401],
      },
      async ({ query: { status, limit, cursor }, request }) => {
        await admin.require(request);
        // One more than a page, to know whether there is another.
        const found = await companies().list({ status, after: cursor, limit: limit + 1 }, request.signal);
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return ok({
          companies: page,
          nextCursor: last && found.length > limit ? cursorOf(placeOf(last)) : null,
        });
      },
    ),
    route(
      {
        ...one,
        method: 'get',
        id: 'company',
        summary:
          'A company: all of it for administrators, name, date and status for anybody who knows its id',
        security: TO_SEE_MORE,
        answers: { 200: { description: 'The company.', schema: z.union([Company, CompanySummary]) } },
        problems: [404],
      },
      async ({ params: { id }, request }) => {
        const company = await companies().find(id, request.signal);
        if (!company) throw none(id);
        return ok((await isAdmin(admin, request)) ? company : CompanySummary.parse(company));
      },
    ),
    route(
      {
        ...one,
        method: 'patch',
        id: 'decideCompany',
        summary: 'Approves or rejects a company, or has it wait again; for administrators',
        body: z.object({ status: Status }, 'must be an object with a status'),
        security: TO_CHANGE,
        answers: { 200: { description: 'The company, as it is now.', schema: Company } },
        problems: [401, 403, 404],
      },
      async ({ params: { id }, body: { status }, request }) => {
        await admin.requireChange(request);
        const company = await companies().decide(id, status, request.signal);
        if (!company) throw none(id);
        return ok(company);
      },
    ),
  ];
}

const placeOf = ({ submittedDate, id }: Company) => ({ ms: Date.parse(submittedDate), id });

const isAdmin = async (admin: Admin, request: RequestContext) => (await admin.session(request)) !== undefined;

function taken(field: 'id' | 'registrationNumber'): Problem {
  const message =
    field === 'id'
      ? 'There is a company with this id already.'
      : 'A company with this number is registered already.';
  return new Problem(409, message, { errors: [{ field, message }] });
}

import { z } from 'zod';
import type { Place } from '../../http/cursor.ts';
import { DuplicateKey, type MysqlStore, type Row, type Value } from '../../stores/mysql.ts';
import { Company, type Status } from './company.ts';

const COLUMNS =
  'id, companyName, registrationNumber, businessType, address, contactPerson, email, phone, submittedDate, status';

/** The table of companies. */
export interface Companies {
  /** Whether it was added: not where its id or its registration number is taken, which of them is told. */
  add(company: Company, signal: AbortSignal): Promise<'added' | 'id' | 'registrationNumber'>;
  find(id: string, signal: AbortSignal): Promise<Company | undefined>;
  /** The newest first. */
  list(page: Page, signal: AbortSignal): Promise<Company[]>;
  /** The company with its new status; `undefined` where there is none. */
  decide(id: string, status: Status, signal: AbortSignal): Promise<Company | undefined>;
}

interface Page {
  readonly status: Status | undefined;
  /** What the page before ended with. */
  readonly after: Place | undefined;
  readonly limit: number;
}

const Stored = Company.extend({ submittedDate: z.date().transform((date) => date.toISOString()) });

const read = (row: Row): Company => Stored.parse(row);

/** The companies in MySQL. */
export function companiesIn(mysql: MysqlStore): Companies {
  const find = async (id: string, signal: AbortSignal) => {
    const [row] = await mysql.rows(`SELECT ${COLUMNS} FROM companies WHERE id = ?`, [id], signal);
    return row && read(row);
  };
  return {
    find,
    async add(company, signal) {
      const { id, submittedDate, status, ...said } = company;
      try {
        await mysql.change(
          `INSERT INTO companies (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          [
            id,
            said.companyName,
            said.registrationNumber,
            said.businessType,
            said.address,
            said.contactPerson,
            said.email,
            said.phone,
            new Date(submittedDate),
            status,
          ],
          signal,
        );
        return 'added';
      } catch (error) {
        if (!(error instanceof DuplicateKey)) throw error;
        return (await find(id, signal)) ? 'id' : 'registrationNumber';
      }
    },
    async list({ status, after, limit }, signal) {
      const conditions: string[] = [];
      const values: Value[] = [];
      if (status) {
        conditions.push('status = ?');
        values.push(status);
      }
      if (after) {
        const date = new Date(after.ms);
        conditions.push('(submittedDate < ? OR (submittedDate = ? AND id < ?))');
        values.push(date, date, after.id);
      }
      const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
      // As text: MySQL takes no floating point number for a limit, which is what numbers are sent as.
      const rows = await mysql.rows(
        `SELECT ${COLUMNS} FROM companies${where} ORDER BY submittedDate DESC, id DESC LIMIT ?`,
        [...values, String(limit)],
        signal,
      );
      return rows.map(read);
    },
    async decide(id, status, signal) {
      const found = await mysql.change('UPDATE companies SET status = ? WHERE id = ?', [status, id], signal);
      return found > 0 ? find(id, signal) : undefined;
    },
  };
}

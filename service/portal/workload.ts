import { mysqlStore } from '../stores/mysql.ts';
import { configured } from '../stores/schema.ts';
import type { Surroundings, Workload } from '../workload.ts';
import { administration } from './admin/administration.ts';
import { SECURITY_SCHEMES } from './admin/security.ts';
import { companyRoutes } from './companies/routes.ts';
import { companiesIn } from './companies/table.ts';
import { loginPage, websitePages } from './pages.ts';
import { MIGRATIONS } from './schema.ts';

/** The Company Registration Portal. */
export function portal({ config, log, redis, now }: Surroundings): Workload {
  const { database, requestTimeoutMs } = config;
  const mysql = database && mysqlStore({ config: database, log, migrations: MIGRATIONS, requestTimeoutMs });
  const table = mysql && companiesIn(mysql);
  const companies = () => configured(table, 'mysql');
  const { admin, routes: adminRoutes } = administration({ config, log, mysql, redis, now });
  return {
    title: 'Company Registration Portal',
    description: 'Companies register themselves; administrators see and decide.',
    names: ['mysql', 'redis'],
    stores: [mysql, redis].filter((store) => store !== undefined),
    routes: [...companyRoutes({ companies, admin, now }), loginPage(), ...adminRoutes],
    securitySchemes: SECURITY_SCHEMES,
    pages: websitePages,
  };
}

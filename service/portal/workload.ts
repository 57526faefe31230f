import { documentPages } from '../http/docs.ts';
import { limiter } from '../http/limit.ts';
import { createMetrics } from '../http/metrics.ts';
import { probes } from '../http/probes.ts';
import { mysqlStore } from '../stores/mysql.ts';
import { redisStore } from '../stores/redis.ts';
import { disabled } from '../stores/schema.ts';
import type { Store } from '../stores/store.ts';
import type { Surroundings, Workload } from '../workload.ts';
import { administration } from './admin/administration.ts';
import { companyRoutes } from './companies/routes.ts';
import { companiesIn } from './companies/table.ts';
import { loginPage, websitePages } from './pages.ts';
import { MIGRATIONS } from './schema.ts';

/** The stores that the portal may have. */
const NAMES: readonly Store['name'][] = ['mysql', 'redis'];

/** The Company Registration Portal. `now`: the time in milliseconds. */
export function portal({ config, log, isDraining }: Surroundings, now: () => number = Date.now): Workload {
  const { database, requestTimeoutMs } = config;
  const mysql = database && mysqlStore({ config: database, log, migrations: MIGRATIONS, requestTimeoutMs });
  const redis = config.redis && redisStore(config.redis, log);
  const stores: Store[] = [mysql, redis].filter((store) => store !== undefined);
  const metrics = config.metrics ? createMetrics() : undefined;
  const limit =
    config.rateLimit > 0
      ? limiter(
          { keyPrefix: `${config.name}:requests`, points: config.rateLimit, durationSeconds: 60 },
          redis,
        )
      : undefined;
  const table = mysql && companiesIn(mysql);
  const companies = () => {
    if (!table) throw disabled('mysql');
    return table;
  };
  const { admin, routes: adminRoutes } = administration({ config, log, mysql, redis, now });
  return {
    title: 'Company Registration Portal',
    description: 'Companies register themselves; administrators see and decide.',
    stores,
    routes: [
      ...probes({ names: NAMES, stores, isDraining }),
      ...companyRoutes({ companies, admin, now }),
      loginPage(),
      ...adminRoutes,
      ...(metrics ? [metrics.route] : []),
    ],
    pages: (app) => {
      documentPages(app);
      websitePages(app);
    },
    ...(limit ? { limit: (ip) => limit.consume(ip) } : {}),
    observe: (answer) => metrics?.observe(answer),
  };
}

import type { Mode } from './stores.ts';

interface Running {
  readonly mode: Mode;
  readonly url: string;
  /** Whether it has all of its databases. */
  readonly stores: boolean;
  readonly user: string;
  /** Of the administrator, where one was made. */
  readonly password: string | undefined;
}

/** What somebody can try of a service that runs. */
export function hints({ mode, url, stores, user, password }: Running): string[] {
  const json = "-H 'Content-Type: application/json' -d";
  const checked = stores ? ['npm run check:databases -- --env dev --test-all --test-performance'] : [];
  if (mode === 'portal')
    return [
      `The website: ${url}/   administration: ${url}/admin   API: ${url}/docs`,
      ...(password === undefined
        ? []
        : [`Log in as ${user} with ${password} (made for this run; shown only here)`]),
      `curl -s ${url}/ready`,
      `curl -s ${url}/api/companies ${json} '{"companyName":"Test Company","registrationNumber":"REG123","businessType":"LLC","address":"123 Test St","contactPerson":"John Doe","email":"test@example.com","phone":"555-0123"}'`,
      ...checked,
    ];
  return [
    `Its API, to read and to try: ${url}/docs`,
    `curl -s ${url}/hello`,
    `curl -s ${url}/database/health`,
    ...(stores
      ? [
          `curl -s ${url}/database/users ${json} '{"username":"ada","email":"ada@example.com","full_name":"Ada Lovelace"}'`,
          `curl -s ${url}/database/sessions ${json} '{"session_id":"one","data":{"page":1},"ttl":60}'; curl -s ${url}/database/sessions/one`,
        ]
      : [`curl -s ${url}/status`]),
    ...checked,
  ];
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Express, Response } from 'express';
import { z } from 'zod';
import { route, type Route } from '../http/route.ts';
import { ROOT } from '../root.ts';

const WEBSITE = new URL('website/', ROOT);

/** A browser asks each time whether its copy is still right, which costs no more than that, so a new version is there at once. */
const CACHING = 'no-cache';

/** What is served beside the API, by its path: nothing else of the folder is. */
export const FILES: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/admin': 'admin.html',
  ...Object.fromEntries(
    ['admin.js', 'api.js', 'form.js', 'icon.svg', 'login.js', 'register.js', 'site.css'].map((name) => [
      `/assets/${name}`,
      `assets/${name}`,
    ]),
  ),
};

/** The website: the form, and the list for administrators. */
export function websitePages(app: Express): void {
  for (const [path, file] of Object.entries(FILES)) {
    const body = readFileSync(new URL(file, WEBSITE));
    // Of what is in it: times of files are all the same in an image.
    const tag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    app.get(path, (_request, response: Response) => {
      response.setHeader('Cache-Control', CACHING);
      response.setHeader('ETag', tag);
      response.type(extname(file)).send(body);
    });
  }
}

/** The page at the path that logins are sent to, and so a route as they are. */
export function loginPage(): Route {
  const body = readFileSync(new URL('login.html', WEBSITE), 'utf8');
  return route(
    {
      method: 'get',
      path: '/admin/login',
      id: 'loginPage',
      tag: 'Administration',
      summary: 'The page to log in at',
      answers: { 200: { description: 'The page.', schema: z.string(), type: 'text/html' } },
    },
    () => ({ status: 200, type: 'text/html; charset=utf-8', headers: { 'Cache-Control': CACHING }, body }),
  );
}

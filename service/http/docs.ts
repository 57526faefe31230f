import { createRequire } from 'node:module';
import type { Express, Response } from 'express';
import { ROOT } from '../root.ts';
import { DOCUMENT_FILES } from './document-files.ts';

/** They put styles into the page by themselves, and search in a worker; nothing else than of this site is loaded. */
const POLICY =
  "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; img-src 'self' data:; object-src 'none'; style-src 'self' 'unsafe-inline'; worker-src blob:";

const page = (title: string, body: string) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><title>${title}</title>
${body}
</html>
`;

const SWAGGER = page(
  'API · Swagger UI',
  `<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>`,
);

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true });\n`;

const REDOC = page(
  'API · ReDoc',
  `</head><body style="margin: 0"><redoc spec-url="/openapi.json" hide-loading></redoc><script src="/docs/redoc.js"></script></body>`,
);

/** Serves `/docs` (Swagger UI) and `/redoc`, drawn of `/openapi.json`. */
export function documentPages(app: Express): void {
  const require = createRequire(ROOT);
  const html = (text: string) => (_request: unknown, response: Response) =>
    void response.setHeader('Content-Security-Policy', POLICY).type('html').send(text);
  app.get('/docs', html(SWAGGER));
  app.get('/redoc', html(REDOC));
  app.get('/docs/start.js', (_request, response) => void response.type('js').send(START));
  for (const [name, file] of Object.entries(DOCUMENT_FILES))
    app.get(`/docs/${name}`, (_request, response, next) => {
      response.setHeader('Cache-Control', 'public, max-age=3600');
      response.sendFile(require.resolve(file), { cacheControl: false, dotfiles: 'allow' }, next);
    });
}

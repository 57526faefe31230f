import { cp, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { DOCUMENT_FILES } from '../service/http/document-files.ts';
import { BUNDLE } from './bundle.mjs';

// The service, into dist/service or the folder that is given, with what it serves beside it as it stands in the sources.
const outdir = process.argv[2] ?? 'dist/service';
await build({
  ...BUNDLE,
  entryPoints: {
    main: 'service/main.ts',
    healthcheck: 'service/healthcheck.ts',
    'hash-password': 'service/portal/admin/hash-password.ts',
  },
  outdir,
  // What is served is found beside the code that looks for it, whichever piece that is in.
  chunkNames: '[name]-[hash]',
  // Of the drivers: what nobody here has, and what is loaded where it is there.
  external: ['pg-native', 'cloudflare:sockets'],
});
const require = createRequire(import.meta.url);
for (const file of Object.values(DOCUMENT_FILES)) {
  const to = join(outdir, 'node_modules', file);
  await mkdir(dirname(to), { recursive: true });
  await cp(require.resolve(file), to);
}
if (existsSync('service/website')) await cp('service/website', join(outdir, 'website'), { recursive: true });

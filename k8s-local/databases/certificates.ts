import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a server shows, and the authority that its clients have to trust for it. PEM. */
export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A new authority, and a certificate of it for this machine, as it calls itself and as its containers call it. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-certificates-'));
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: folder });
  const text = (name: string) => readFile(join(folder, name), 'utf8');
  try {
    const authority = [
      '-x509',
      '-subj',
      '/CN=databases in containers',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
    ];
    await openssl('req', ...authority, ...NEW_KEY, '-days', '2');
    await openssl('req', '-subj', '/CN=localhost', '-keyout', 'server.key', '-out', 'request', ...NEW_KEY);
    await writeFile(
      join(folder, 'names'),
      'subjectAltName=DNS:localhost,DNS:host.docker.internal,IP:127.0.0.1',
    );
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
    await openssl('x509', '-req', '-in', 'request', ...signed, '-days', '2', '-out', 'server.pem');
    return { ca: await text('ca.pem'), certificate: await text('server.pem'), key: await text('server.key') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

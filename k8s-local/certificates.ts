import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a server or a client shows, and the authority that others have to trust for it. PEM. */
export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** Whose certificate it is. */
export interface CertificateRequest {
  /** As in `/O=group/CN=name`. */
  readonly subject: string;
  /** Of a server: as in `DNS:localhost,IP:127.0.0.1`. */
  readonly names?: string;
  readonly days: number;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A new authority, and one certificate of it. */
export async function certificateFor({ subject, names, days }: CertificateRequest): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-certificates-'));
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: folder });
  const text = (name: string) => readFile(join(folder, name), 'utf8');
  const until = ['-days', String(days)];
  try {
    const authority = ['-x509', '-subj', `/CN=authority of ${subject.replace(/^.*=/, '')}`];
    await openssl('req', ...authority, '-keyout', 'ca.key', '-out', 'ca.pem', ...NEW_KEY, ...until);
    await openssl('req', '-subj', subject, '-keyout', 'own.key', '-out', 'request', ...NEW_KEY);
    await writeFile(join(folder, 'names'), names === undefined ? '' : `subjectAltName=${names}`);
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
    await openssl('x509', '-req', '-in', 'request', ...signed, ...until, '-out', 'own.pem');
    return { ca: await text('ca.pem'), certificate: await text('own.pem'), key: await text('own.key') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

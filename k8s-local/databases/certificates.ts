import { type Certificates, certificateFor } from '../certificates.ts';

/** A new authority, and a certificate of it for this machine, as it calls itself and as its containers call it. */
export const makeCertificates = (): Promise<Certificates> =>
  certificateFor({
    subject: '/CN=localhost',
    names: 'DNS:localhost,DNS:host.docker.internal,IP:127.0.0.1',
    days: 2,
  });

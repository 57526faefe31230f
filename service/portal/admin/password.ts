import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { bulkhead } from 'cockatiel';

/** OWASP's figures for scrypt: 32 MiB and some tenths of a second each. */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const;
const SALT_BYTES = 32;
const HASH_BYTES = 32;

/** Each takes a thread and 32 MiB: two at once, and no more wait than are done within a few seconds. */
const atOnce = bulkhead(2, 20);

interface Encoded {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** A password as it is kept: `scrypt$32768$8$3$salt$hash`, the last two in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { ...COST, salt });
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/**
 * Whether a password is the one that was hashed. Takes the same time for every password.
 *
 * @throws BulkheadRejectedError where too many are being looked at.
 */
export async function verifyPassword(password: string, encoded: string): Promise<boolean> {
  const { hash, ...how } = decode(encoded);
  return timingSafeEqual(await derive(password, how), hash);
}

function decode(encoded: string): Encoded {
  const [, N, r, p, salt = '', hash = ''] = encoded.split('$');
  return {
    N: Number(N),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
}

function derive(password: string, { N, r, p, salt }: Omit<Encoded, 'hash'>): Promise<Buffer> {
  // The same text may come in several forms of Unicode, by the keyboard that it is typed on.
  const text = password.normalize('NFC');
  return atOnce.execute(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        scrypt(text, salt, HASH_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
          error ? reject(error) : resolve(key),
        );
      }),
  );
}

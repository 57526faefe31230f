/** The prefix has browsers take it only from this host, over TLS (or from localhost), and for all its paths. */
export const COOKIE = '__Host-session';

const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The token in a `Cookie` header; `undefined` where it has none, or none that was ever given out. */
export function tokenOf(header: string | undefined): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const [name, value] = pair.trim().split('=');
    if (name === COOKIE && value !== undefined && TOKEN.test(value)) return value;
  }
  return undefined;
}

/** A `Set-Cookie` header, of a cookie that goes with the browser: how long it counts is for the server to say. */
export function cookieOf(token: string): string {
  return `${COOKIE}=${token}; ${ATTRIBUTES}`;
}

/** A `Set-Cookie` header that takes it away. */
export const NO_COOKIE = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;

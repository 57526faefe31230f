import { codeOf } from '../stores/health.ts';

/** What codes of drivers, of servers and of TLS mean to whoever has to put it right. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/^(28P01|28000|ER_ACCESS_DENIED_ERROR|WRONGPASS|NOAUTH)$/, 'the user or the password is refused'],
  [/^(UnrecognizedClientException|InvalidSignatureException)$/, 'the credentials are refused'],
  [/^(AccessDeniedException|42501|NOPERM|ER_TABLEACCESS_DENIED_ERROR)$/, 'that is not allowed'],
  [/^CredentialsProviderError$/, 'no credentials of AWS are found'],
  [/^ECONNREFUSED$/, 'nothing listens there'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'its name is not known'],
  [/^(EHOSTUNREACH|ENETUNREACH)$/, 'no way leads there'],
  [/^(ETIMEDOUT|TimeoutError)$|in time|timeout/i, 'no answer in time'],
  [/CERT|VERIFY|ISSUER/, 'its certificate is not trusted'],
  [/^(3D000|ER_BAD_DB_ERROR)$/, 'there is no such database'],
  [/^(42P01|ER_NO_SUCH_TABLE|ResourceNotFoundException)$/, 'there is no such table'],
  [/SSL connections|does not support S|HANDSHAKE_NO_SSL|wrong version number|SSL_/, 'it speaks no TLS'],
];

/** Why a store did not do something: the code and what it means. No address, no name and no value is in it. */
export function why(error: unknown): string {
  const code = codeOf(error);
  const meaning = MEANINGS.find(([form]) => form.test(code))?.[1];
  return meaning === undefined || meaning === code ? code : `${meaning} (${code})`;
}

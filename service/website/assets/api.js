/** An answer that is an error: its fields are in `errors`, each with a message for who filled it in. */
export class Refused extends Error {
  name = 'Refused';

  constructor(status, { detail, errors = [] }) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

const UNREADABLE = { detail: 'The portal does not work at the moment. Try again in a few minutes.' };

/** Asks the API; what it answers, or `undefined` where that has no body. Throws {@link Refused}. */
export async function ask(method, path, { body, csrfToken } = {}) {
  const response = await fetch(path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(csrfToken === undefined ? {} : { 'X-CSRF-Token': csrfToken }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Refused(0, { detail: 'The portal cannot be reached. Look at your connection and try again.' });
  });
  if (response.status === 204) return undefined;
  // A proxy in between may answer in its own way.
  const answer = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer;
  throw new Refused(response.status, answer?.detail === undefined ? UNREADABLE : answer);
}

import { Problem } from '../../http/problem.ts';
import type { RequestContext } from '../../http/route.ts';

/**
 * Throws a 403 where a browser says that the request is of a page of another site. What is no browser says nothing of it, and has
 * no cookie that somebody else could make use of.
 */
export function requireSameOrigin(request: Pick<RequestContext, 'header'>): void {
  const site = request.header('sec-fetch-site');
  const origin = request.header('origin');
  if (
    site !== undefined
      ? site !== 'same-origin'
      : origin !== undefined && hostOf(origin) !== request.header('host')
  )
    throw new Problem(403, 'This may be asked by pages of this site only.');
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

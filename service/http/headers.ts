import helmet from 'helmet';

/**
 * Helmet's headers, as they are for every answer: computed once, since none depends on the request. Pages that need to run
 * scripts of their own site are let by it; nothing else is.
 */
export const SECURITY_HEADERS: readonly (readonly [string, string])[] = (() => {
  const headers: [string, string][] = [];
  const response = {
    setHeader: (name: string, value: string) => void headers.push([name, value]),
    removeHeader: () => undefined,
  };
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
      },
    },
    xFrameOptions: { action: 'deny' },
  })({} as never, response as never, () => undefined);
  headers.push(['Cache-Control', 'no-store']);
  return headers;
})();

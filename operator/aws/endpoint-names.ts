/** How the names of endpoint services begin in China, for most services of AWS's own and those of everybody else. */
const CHINA = /^cn\./;

/** `s3` of `com.amazonaws.us-east-1.s3`; undefined where the service is not one of AWS's own in the region. */
export function shortNameOf(serviceName: string, region: string): string | undefined {
  const prefix = `com.amazonaws.${region}.`;
  const name = serviceName.replace(CHINA, '');
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

/** Whether it is the name of an endpoint service of some account. */
export function isProvidedName(serviceName: string): boolean {
  return serviceName.replace(CHINA, '').startsWith('com.amazonaws.vpce.');
}

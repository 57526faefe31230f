/** Whether a pattern covers an ARN. As IAM compares them: `*` reaches no further than to the next colon, save in the last of the six parts. */
export function matchesArn(pattern: string, arn: string): boolean {
  const [wanted, given] = [partsOf(pattern), partsOf(arn)];
  return wanted.every((part, index) => matchesText(part, given[index] ?? ''));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function matchesText(pattern: string, text: string): boolean {
  const literals = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`, 'su').test(text);
}

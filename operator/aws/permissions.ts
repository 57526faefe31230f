import type { Permission } from '../graph/kind.ts';

/**
 * How the kinds say what they need. Which things each action touches, and which of them carry tags that a condition
 * can look at, is AWS's: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html and
 * its siblings for IAM and CloudWatch Logs.
 */

/** Reading: most describe and list actions know neither resources nor tags. */
export function reads(...actions: readonly string[]): Permission[] {
  return actions.map((action) => ({ action, on: 'anything' }));
}

/**
 * A create of EC2 whose tags go into the call, for which AWS asks for CreateTags as well:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
 */
export function makes(action: `ec2:${string}`): Permission[] {
  const when = { 'ec2:CreateAction': [action.slice('ec2:'.length)] };
  return [
    { action, on: 'new' },
    { action: 'ec2:CreateTags', on: 'new', when },
  ];
}

/** Actions on things of ours alone; of a create, the things of ours in which or with which it makes something. */
export function onOwn(...actions: readonly string[]): Permission[] {
  return actions.map((action) => ({ action, on: 'own' }));
}

/** An action that touches things of these sorts which may be another's, beside one that is ours. */
export function beside(action: `ec2:${string}`, ...sorts: readonly string[]): Permission[] {
  return sorts.map((sort) => ({ action, on: 'anything', resource: `ec2:{region}:{account}:${sort}/*` }));
}

/** Taking over things of EC2 that exist: their first tag, where no installation has put one on. */
export function takesOver(ids: readonly string[]): Permission[] {
  return ids.map((id) => ({
    action: 'ec2:CreateTags',
    on: 'untagged',
    resource: `ec2:{region}:{account}:*/${id}`,
  }));
}

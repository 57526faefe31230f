import { stringify } from 'yaml';
import type { AccountInAws } from '../../api/account.ts';
import type { Action } from '../../graph/plan.ts';
import type { PlannedResource } from '../live.ts';
import { actionText } from '../plan-text.ts';
import { PLAIN } from '../terminal.ts';
import { counted } from '../words.ts';

interface ManifestInput {
  readonly vpcId: string;
  readonly object: object;
  readonly account: AccountInAws;
  readonly namespace: string;
  readonly left: readonly string[];
  readonly planned: PlannedResource;
}

/** The manifest, with comments that say what it leaves out, and all that applying it would change. */
export function manifestText({ vpcId, object, account, namespace, left, planned }: ManifestInput): string {
  const { aws } = account.spec;
  const { name } = account.metadata;
  const changes = planned.plan.actions.flatMap(withoutTags);
  const adopted = planned.plan.actions.filter(({ verb }) => verb === 'adopt').length;
  const missing = [
    ...(aws.namespaces.includes(namespace) ? [] : ['spec.aws.namespaces']),
    ...(aws.adoptionNamespaces.includes(namespace) ? [] : ['spec.aws.adoptionNamespaces']),
  ];
  const comment = [
    `What stands in ${vpcId}, account ${aws.accountId}, region ${planned.object.spec.region}. Nothing has been changed.`,
    '',
    ...(left.length === 0
      ? ['The manifest says all of it.', '']
      : [
          "The manifest does not say this. It stays as it is, and is not Landfall's:",
          ...left.map((line) => `- ${line}`),
          '',
        ]),
    `Applied, ${counted(adopted, 'thing')} get${adopted === 1 ? 's' : ''} the tags of ownership and keep${adopted === 1 ? 's' : ''} all that they have.`,
    ...(changes.length === 0 ? ['Nothing else changes.'] : ['Besides:', ...changes.flatMap(changeText)]),
    ...(missing.length === 0
      ? []
      : ['', `Before, Account ${name} has to list ${namespace} in ${missing.join(' and ')}.`]),
  ];
  const lines = comment.map((line) => `# ${line}`.trimEnd());
  return `${lines.join('\n')}\n${stringify(object, { lineWidth: 0 })}`;
}

/** An action as a plan prints it, and what its ids do not tell. */
function changeText(action: Action): string[] {
  const lines = actionText(action, PLAIN).split('\n');
  const gets =
    action.type === 'DhcpOptionsAssociation' && action.changes.some(({ from }) => from === undefined);
  return gets
    ? [
        ...lines,
        "        The VPC has no DHCP options at all, so that instances are told of no name server. It gets AWS's own set; dhcpOptions may name another.",
      ]
    : lines;
}

/** An action with what it changes besides tags of what is taken over; nothing where that is all. */
function withoutTags(action: Action): Action[] {
  if (action.verb !== 'adopt') return [action];
  const changes = action.changes.filter(({ path }) => !path.startsWith('tags.'));
  return changes.length === 0 ? [] : [{ ...action, changes }];
}

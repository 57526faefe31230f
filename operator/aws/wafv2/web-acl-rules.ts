import { UpdateWebACLCommand, type DefaultAction, type WebACL } from '@aws-sdk/client-wafv2';
import { READY, type ActionContext, type Change } from '../../graph/kind.ts';
import { isStale } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { asAws, metricWords, type WebAclRule, wordsOf } from './rule-words.ts';
import { SCOPE, WEB_ACLS } from './shared.ts';
import { newContent, webAclContents, type WebAclContent } from './web-acl-content.ts';
import { webAcls } from './web-acl.ts';

export interface WebAclRulesInputs {
  /** The ARN of the web ACL. */
  readonly webAclId: string;
  readonly description: string;
  /** Whether AWS keeps samples of requests. */
  readonly samples: boolean;
  /** All rules of the web ACL, by name; no two have one priority. */
  readonly rules: Readonly<Record<string, WebAclRule>>;
}

/**
 * What a web ACL does, as an exclusive set: a rule that somebody adds would let through or keep out as well. What is settled
 * neither here nor by AWS itself (sizes that are inspected, answers, captchas) stays as it is, since UpdateWebACL writes
 * everything: "completely replaces the mutable specifications" (API reference).
 */
export const webAclRulesKind: AwsKind<WebAclRulesInputs, WebAclContent> = {
  type: 'WebAclRules',
  collection: webAclContents,
  idempotency: 'natural',
  iam: [
    ...onOwn('wafv2:UpdateWebACL').map((permission) => ({ ...permission, resource: WEB_ACLS })),
    // Of whoever names groups of AWS's: Service Authorization Reference, UpdateWebACL.
    {
      action: 'wafv2:UpdateWebACL',
      on: 'anything',
      resource: 'wafv2:{region}:{account}:regional/managedruleset/*',
    },
  ],
  after: [],

  find: (view, inputs) => view.get(inputs.webAclId),
  diff(inputs, record) {
    const changes: Change[] = [];
    const { Name, Description = '', DefaultAction, VisibilityConfig, Rules = [] } = record ?? madeOf(inputs);
    const settings: [string, string, string][] = [
      ['description', Description, inputs.description],
      ['defaultAction', actionWords(DefaultAction), 'Allow'],
      ['visibility', metricWords(VisibilityConfig, Name), inputs.samples ? '' : ', no samples'],
    ];
    for (const [path, from, to] of settings)
      if (from !== to) changes.push({ path, from: told(from), to: told(to) });
    const now = new Map(Rules.map((rule) => [rule.Name ?? '', wordsOf(rule)]));
    for (const [name, rule] of Object.entries(inputs.rules)) {
      const from = now.get(name);
      const to = wordsOf(asAws(name, rule, inputs.samples));
      if (from !== to) changes.push({ path: `rules[${name}]`, ...(from !== undefined && { from }), to });
    }
    for (const [name, from] of now)
      if (!(name in inputs.rules)) changes.push({ path: `rules[${name}]`, from });
    return changes;
  },
  state: () => READY,
  outputs: (record) => ({ id: must(record.ARN, 'ARN') }),
  gone: () => false,
  needs: () => [],

  async update(context, inputs, record) {
    const { session, wrote } = context;
    const arn = must(record.ARN, 'ARN');
    const content = contentOf(inputs, record);
    const next = await unlessStale(context, arn, async () => {
      const answer = await session.wafv2.send(
        new UpdateWebACLCommand({
          ...content,
          Id: record.Id,
          Scope: SCOPE,
          LockToken: record.LockToken,
        }),
      );
      return must(answer.NextLockToken, 'NextLockToken');
    });
    wrote(webAclContents, arn, () => ({ ...record, ...content, LockToken: next }));
    wrote(webAcls, arn, (listed) => listed && { ...listed, LockToken: next });
  },
};

/** What nobody has seen is never overwritten: where somebody was quicker it is read, and the next plan starts from it. */
async function unlessStale<T>(
  { session, wrote }: ActionContext<AwsSession>,
  arn: string,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isStale(error)) throw error;
    const [now] = await webAclContents.get(session, [arn]);
    wrote(webAclContents, arn, () => now);
    throw error;
  }
}

/** All that UpdateWebACL writes. */
function contentOf({ description, samples, rules }: WebAclRulesInputs, record: WebACL) {
  const { Name, DataProtectionConfig, CustomResponseBodies, CaptchaConfig, ChallengeConfig } = record;
  const { TokenDomains, AssociationConfig, OnSourceDDoSProtectionConfig, ApplicationConfig } = record;
  const kept = {
    DataProtectionConfig,
    CustomResponseBodies,
    CaptchaConfig,
    ChallengeConfig,
    TokenDomains,
    AssociationConfig,
    OnSourceDDoSProtectionConfig,
    ApplicationConfig,
    MonetizationConfig: record.MonetizationConfig,
  };
  const { VisibilityConfig, ...fresh } = newContent(must(Name, 'Name'), description);
  return {
    ...kept,
    ...fresh,
    VisibilityConfig: { ...VisibilityConfig, SampledRequestsEnabled: samples },
    Rules: Object.entries(rules).map(([name, rule]) => asAws(name, rule, samples)),
  };
}

function madeOf({ description }: WebAclRulesInputs) {
  return newContent('', description);
}

function actionWords(action: DefaultAction | undefined): string {
  const isPlain = Object.values(action?.Allow ?? { other: true }).every((part) => part === undefined);
  return action?.Allow && isPlain ? 'Allow' : JSON.stringify(action);
}

/** `, no samples` as a whole sentence has it. */
function told(words: string): string {
  return words === '' ? 'all' : words.replace(/^, /, '');
}

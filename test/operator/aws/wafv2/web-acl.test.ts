import { describe, expect, it } from 'vitest';
import { interpret } from '../../../../operator/aws/errors.ts';
import type { WebAclAssociationInputs } from '../../../../operator/aws/wafv2/web-acl-association.ts';
import { webAclAssociationKind } from '../../../../operator/aws/wafv2/web-acl-association.ts';
import { webAclAssociations } from '../../../../operator/aws/wafv2/web-acl-associations.ts';
import { type WebAclContent, webAclContents } from '../../../../operator/aws/wafv2/web-acl-content.ts';
import { webAclRulesKind } from '../../../../operator/aws/wafv2/web-acl-rules.ts';
import { webAclKind, webAcls } from '../../../../operator/aws/wafv2/web-acl.ts';
import { linesOf } from '../changes.ts';
import { contextOf, fakeSession, listed, nominating, OWN, refusal } from '../ecs/fake-session.ts';
import { BALANCER } from '../elbv2/cases.ts';
import { ACL, describedAcl, OTHER_ACL, rulesInputs } from './cases.ts';

const Tags = Object.entries(OWN).map(([Key, Value]) => ({ Key, Value }));
const { ARN, Id, Name, Description, LockToken } = describedAcl;
const summary = { ARN, Id, Name, Description, LockToken };
const listedAcl = { ...summary, Tags };
const stale = refusal('WAFOptimisticLockException', 'someone changed the resource');
const used = refusal('WAFAssociatedItemException', 'it is associated with another resource');
const { LockToken: _, ...acl } = describedAcl;

describe('a web ACL', () => {
  it('is listed in pages, those of others left out, and not at all where none is ours', async () => {
    const answers = [
      { WebACLs: [summary], NextMarker: 'more' },
      { WebACLs: [{ ...summary, ARN: OTHER_ACL }] },
    ];
    const { session, sent } = fakeSession({
      GetResources: nominating([ACL]),
      ListWebACLs: () => answers.shift(),
    });
    expect(await listed(webAcls.list(session, 'test'))).toEqual([listedAcl]);
    expect(sent[0]?.[1]).toMatchObject({ ResourceTypeFilters: ['wafv2'] });
    expect(sent.slice(1)).toEqual([
      ['ListWebACLs', { Scope: 'REGIONAL', Limit: 100 }],
      ['ListWebACLs', { Scope: 'REGIONAL', Limit: 100, NextMarker: 'more' }],
    ]);
    const none = fakeSession({ GetResources: nominating([]) });
    expect(await listed(webAcls.list(none.session, 'test'))).toEqual([]);
    expect(none.actions()).toEqual(['GetResources']);
  });

  it('is made with its tags and without rules, which then are all that differs', async () => {
    const { session, sent } = fakeSession({ CreateWebACL: () => ({ Summary: summary }) });
    const { context, laidOver } = contextOf(session);
    const inputs = { name: Name, description: Description };
    const made = await webAclKind.create?.(context, inputs);
    expect(made).toEqual(listedAcl);
    expect(sent[0]?.[1]).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} }, Rules: [], Tags });
    const content = laidOver<WebAclContent | undefined>(undefined);
    expect(linesOf(webAclRulesKind.diff(rulesInputs, content))).toEqual([
      'visibility: no samples -> all',
      'rules[rate-limit]: (nothing) -> 0: Block an address above 2000 requests in 300 s',
      'rules[AWSManagedRulesCommonRuleSet]: (nothing) -> 10: AWSManagedRulesCommonRuleSet enforced, but SizeRestrictions_BODY Count',
    ]);
    // The plan says the same before there is one.
    expect(webAclRulesKind.diff(rulesInputs, undefined)).toEqual(webAclRulesKind.diff(rulesInputs, content));
  });

  it('of a name that is taken is found, whosever it is', async () => {
    expect(interpret(refusal('WAFDuplicateItemException', 'duplicate')).kind).toBe('exists');
    const { session } = fakeSession({
      ListWebACLs: () => ({ WebACLs: [{ ...summary, Name: 'x' }, summary] }),
      ListTagsForResource: () => ({ TagInfoForResource: { TagList: [{ Key: 'team', Value: 'b' }] } }),
    });
    const inputs = { name: Name, description: '' };
    expect(await webAclKind.conflicting?.(session, inputs)).toEqual({
      ...summary,
      Tags: [{ Key: 'team', Value: 'b' }],
    });
  });

  it('is deleted by the token of the listing, and by the one of now where that has passed', async () => {
    const tokens: unknown[] = [];
    const { session, actions } = fakeSession({
      DeleteWebACL: ({ LockToken: token }) => (tokens.push(token) === 1 ? stale : {}),
      GetWebACL: () => ({ WebACL: acl, LockToken: 'second' }),
      ListTagsForResource: () => ({ TagInfoForResource: { TagList: Tags } }),
    });
    await webAclKind.delete?.(contextOf(session).context, listedAcl);
    expect(actions()).toEqual(['DeleteWebACL', 'GetWebACL', 'ListTagsForResource', 'DeleteWebACL']);
    expect(tokens).toEqual(['first', 'second']);
  });

  it('is taken off the load balancers of its owner before it goes, and off nobody else’s', async () => {
    const theirs = BALANCER.replace('/web/', '/theirs/');
    let isUsed = true;
    const { session, sent } = fakeSession({
      DeleteWebACL: () => (isUsed ? used : {}),
      ListResourcesForWebACL: () => ({ ResourceArns: [BALANCER, theirs] }),
      DescribeTags: () => ({
        TagDescriptions: [
          { ResourceArn: BALANCER, Tags },
          { ResourceArn: theirs, Tags: [{ Key: 'landfall.dev/owner', Value: 'EcsService/team/web' }] },
        ],
      }),
      DisassociateWebACL: () => void (isUsed = false),
    });
    await webAclKind.delete?.(contextOf(session).context, listedAcl);
    expect(sent.filter(([action]) => action === 'DisassociateWebACL')).toEqual([
      ['DisassociateWebACL', { ResourceArn: BALANCER }],
    ]);
  });

  it('that others still use is in use, and says by what', async () => {
    const { session } = fakeSession({
      DeleteWebACL: () => used,
      ListResourcesForWebACL: () => ({ ResourceArns: [BALANCER] }),
      DescribeTags: () => ({ TagDescriptions: [{ ResourceArn: BALANCER, Tags: [] }] }),
    });
    const refused = await webAclKind.delete?.(contextOf(session).context, listedAcl).catch((e: unknown) => e);
    expect(interpret(refused)).toMatchObject({ kind: 'inUse', reason: 'DependencyViolation' });
    expect(await webAclKind.blockers?.(session, listedAcl)).toEqual([BALANCER]);
  });
});

describe('the rules of a web ACL', () => {
  it.each([
    [{ DefaultAction: { Block: {} } }, 'defaultAction: {"Block":{}} -> Allow'],
    [
      { VisibilityConfig: { ...describedAcl.VisibilityConfig, CloudWatchMetricsEnabled: false } },
      'visibility: no metrics -> all',
    ],
    [
      {
        Rules: [
          ...describedAcl.Rules,
          { ...(describedAcl.Rules[0] ?? expect.fail()), Name: 'stray', Priority: 7 },
        ],
      },
      'rules[stray]: 7: Block an address above 2000 requests in 300 s, metrics as rate-limit -> (nothing)',
    ],
  ])('that somebody changed, %j, are written whole, with what is nobody’s here', async (drift, line) => {
    const record: WebAclContent = { ...describedAcl, ...drift };
    const changes = webAclRulesKind.diff(rulesInputs, record);
    expect(linesOf(changes)).toEqual([line]);
    const { session, sent } = fakeSession({ UpdateWebACL: () => ({ NextLockToken: 'second' }) });
    const { context, laidOver } = contextOf(session);
    await webAclRulesKind.update(context, rulesInputs, record, changes);
    const { TokenDomains, Rules } = describedAcl;
    expect(sent).toEqual([
      ['UpdateWebACL', expect.objectContaining({ Id, Name, LockToken: 'first', TokenDomains, Rules })],
    ]);
    const now = laidOver(record);
    expect(webAclRulesKind.diff(rulesInputs, now)).toEqual([]);
    expect(now.LockToken).toBe('second');
  });

  it('of another sort are told in full', () => {
    const [rate] = describedAcl.Rules;
    const odd = { ...(rate ?? expect.fail()), RuleLabels: [{ Name: 'a' }] };
    const [change] = webAclRulesKind.diff(rulesInputs, {
      ...describedAcl,
      Rules: [odd],
    });
    expect(change?.from).toBe(JSON.stringify(odd));
  });

  it('that somebody was quicker to change are read again, and not overwritten', async () => {
    const theirs = { ...acl, Rules: [] };
    const { session, actions } = fakeSession({
      UpdateWebACL: () => stale,
      GetWebACL: () => ({ WebACL: theirs, LockToken: 'theirs' }),
    });
    const { context, laidOver } = contextOf(session);
    const changes = webAclRulesKind.diff(rulesInputs, undefined);
    const refused = await webAclRulesKind
      .update(context, rulesInputs, describedAcl, changes)
      .catch((error: unknown) => error);
    expect(interpret(refused)).toMatchObject({ kind: 'waiting', reason: 'WaitingForAws' });
    expect(actions()).toEqual(['UpdateWebACL', 'GetWebACL']);
    expect(laidOver(describedAcl as unknown)).toEqual({ ...theirs, LockToken: 'theirs' });
  });

  it('are read of those that there are', async () => {
    const { session } = fakeSession({
      GetWebACL: ({ ARN: arn }) =>
        arn === ACL
          ? { WebACL: acl, LockToken: 'first' }
          : refusal('WAFNonexistentItemException', 'not there'),
    });
    expect(await webAclContents.get(session, [OTHER_ACL, ACL])).toEqual([describedAcl]);
  });
});

describe('the web ACL of a load balancer', () => {
  const inputs: WebAclAssociationInputs = { loadBalancerId: BALANCER, webAclId: ACL, granted: [] };
  const act = async (now: string, wanted: Partial<WebAclAssociationInputs> = {}, tags: object[] = []) => {
    const { session, actions } = fakeSession({
      GetWebACLForResource: () => (now === '' ? {} : { WebACL: { ...acl, ARN: now } }),
      ListTagsForResource: () => ({ TagInfoForResource: { TagList: tags } }),
    });
    const { context, laidOver } = contextOf(session);
    const failed = await webAclAssociationKind
      .update(context, { ...inputs, ...wanted }, {} as never, [])
      .then(
        () => undefined,
        (error: unknown) => interpret(error),
      );
    return { actions: actions(), failed, laid: failed ? undefined : laidOver({ webAclArn: now }) };
  };

  it('is read of Application load balancers alone, one a call', async () => {
    const { session, sent } = fakeSession({ GetWebACLForResource: () => ({ WebACL: acl }) });
    const found = await webAclAssociations.get(session, [BALANCER, BALANCER.replace('/app/', '/net/')]);
    expect(found).toEqual([{ loadBalancerArn: BALANCER, webAclArn: ACL }]);
    expect(sent).toHaveLength(1);
  });

  it('is put on one that has none', async () => {
    const { actions, laid } = await act('');
    expect(actions).toEqual(['GetWebACLForResource', 'AssociateWebACL']);
    expect(laid).toEqual({ loadBalancerArn: BALANCER, webAclArn: ACL });
  });

  it('takes the place of one that is of the same owner, or granted', async () => {
    expect((await act(OTHER_ACL, {}, Tags)).actions.at(-1)).toBe('AssociateWebACL');
    const granted = ['arn:aws:wafv2:eu-central-1:111111111111:regional/webacl/other/*'];
    expect((await act(OTHER_ACL, { granted })).actions).toEqual(['GetWebACLForResource', 'AssociateWebACL']);
  });

  it('takes nobody else’s place, whatever a listing of half an hour ago said', async () => {
    const { actions, failed } = await act(OTHER_ACL);
    expect(actions).toEqual(['GetWebACLForResource', 'ListTagsForResource']);
    expect(failed).toMatchObject({ kind: 'stalled', reason: 'NameTaken' });
    expect(failed?.message).toContain(`has web ACL ${OTHER_ACL}, which is not of EcsService/team/web`);
  });

  it('that is not wanted any more is taken off, if it is granted', async () => {
    const none = { webAclId: '', granted: ['arn:aws:wafv2:*:*:regional/webacl/other/*'] };
    expect((await act(OTHER_ACL, none)).actions).toEqual(['GetWebACLForResource', 'DisassociateWebACL']);
    // It is another one by now.
    const left = await act(ACL, none);
    expect(left.actions).toEqual(['GetWebACLForResource']);
    expect(left.laid).toEqual({ loadBalancerArn: BALANCER, webAclArn: ACL });
    expect(webAclAssociationKind.diff({ ...inputs, ...none }, undefined)).toEqual([]);
    const others = { loadBalancerArn: BALANCER, webAclArn: ACL };
    expect(webAclAssociationKind.diff({ ...inputs, ...none }, others)).toEqual([]);
  });

  it('waits for a load balancer, or a web ACL, that is new', () => {
    const waits = { kind: 'waiting', reason: 'WaitingForAws' };
    expect(interpret(refusal('WAFUnavailableEntityException', 'retry'))).toMatchObject(waits);
  });
});

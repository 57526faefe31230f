import {
  CreateWebACLCommand,
  DeleteWebACLCommand,
  GetWebACLCommand,
  ListWebACLsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type Tag,
  type WebACLSummary,
} from '@aws-sdk/client-wafv2';
import { READY, type ActionContext, type Change } from '../../graph/kind.ts';
import { ownerTag, TAG } from '../../graph/ownership.ts';
import { tagWrites } from '../../graph/tags.ts';
import { withTags } from '../elbv2/shared.ts';
import { isInUse, isNotFound, isStale, unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { generationName } from '../names.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagList, tagsOf } from '../tags.ts';
import { balancersWith, readTags, SCOPE, takeOff, TAKES_OFF, USE_ACTIONS, WEB_ACLS } from './shared.ts';
import { newContent, webAclContents } from './web-acl-content.ts';
import { webAclAssociations } from './web-acl-associations.ts';

/** The largest page of ListWebACLs, and the longest name: API reference. */
const PAGE = 100;
const NAME_MAX = 128;

export interface WebAclInputs {
  /** At most 128 letters, digits, hyphens and underscores, unique in account and region. */
  readonly name: string;
  readonly description: string;
}

/** A web ACL as it is listed, with the tags that another service lists; its lock token changes with its content. */
export type TaggedWebAcl = WebACLSummary & { readonly Tags: readonly Tag[] };

/** Web ACLs of the region. ListWebACLs knows no tags, so the tagging API says which are ours. */
export const webAcls: AwsCollection<TaggedWebAcl> = {
  name: 'wafv2/web-acls',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('wafv2:ListWebACLs'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const tags of nominated(session, 'wafv2', installation))
      for await (const page of everyWebAcl(session))
        yield page.flatMap((acl) => {
          const own = tags.get(arnOf(acl));
          return own ? [{ ...acl, Tags: tagList(own) }] : [];
        });
  },
  async get(session, arns) {
    const found = await Promise.all(arns.map((arn) => describe(session, arn)));
    return found.filter((acl) => acl !== undefined);
  },
  id: arnOf,
  tags: tagsOf,
};

/** A web ACL: made without rules, which are a facet, and put on a load balancer by another. */
export const webAclKind: AwsKind<WebAclInputs, TaggedWebAcl> = {
  type: 'WebAcl',
  collection: webAcls,
  idempotency: 'name',
  iam: [
    { action: 'wafv2:CreateWebACL', on: 'new', resource: WEB_ACLS },
    // With tags, CreateWebACL asks for it too: Service Authorization Reference, "API operations defined by AWS WAF V2".
    { action: 'wafv2:TagResource', on: 'untagged', resource: WEB_ACLS },
    ...onOwn('wafv2:DeleteWebACL', 'wafv2:TagResource', 'wafv2:UntagResource').map((permission) => ({
      ...permission,
      resource: WEB_ACLS,
    })),
    ...TAKES_OFF,
    ...reads('wafv2:GetWebACL', 'wafv2:ListTagsForResource'),
    ...USE_ACTIONS,
  ],
  // Where the load balancer goes as well, it is protected to its end, and takes the association along.
  after: ['LoadBalancer'],

  diff(inputs, acl) {
    if (!acl) return [];
    const from = acl.Name;
    const to = generationName(inputs.name, NAME_MAX, tagsOf(acl)[TAG.revision]);
    return from === to ? [] : [{ path: 'name', from, to, replace: true }];
  },
  state: () => READY,
  outputs: (acl) => ({ id: arnOf(acl), name: acl.Name ?? '' }),
  gone: () => false,
  needs: () => [],

  async create({ session, tags, revision, wrote }, { name, description }) {
    const content = newContent(generationName(name, NAME_MAX, revision), description);
    const answer = await session.wafv2.send(
      new CreateWebACLCommand({ ...content, Scope: SCOPE, Tags: tagList(tags) }),
    );
    const summary = must(answer.Summary, 'Summary');
    wrote(webAclContents, arnOf(summary), () => ({
      ...content,
      Id: must(summary.Id, 'Id'),
      ARN: arnOf(summary),
      LockToken: must(summary.LockToken, 'LockToken'),
    }));
    return { ...summary, Tags: tagList(tags) };
  },
  async conflicting(session, { name }, revision) {
    const wanted = generationName(name, NAME_MAX, revision);
    for await (const page of everyWebAcl(session)) {
      const found = page.find((acl) => acl.Name === wanted);
      if (found) return { ...found, Tags: (await readTags(session, arnOf(found))) ?? [] };
    }
    return undefined;
  },
  update: updateTags,
  async delete(context, acl) {
    try {
      await remove(context.session, acl);
    } catch (error) {
      if (!isInUse(error)) throw error;
      await takeOffOurs(context, acl);
      await remove(context.session, acl);
    }
    return undefined;
  },
  blockers: (session, acl) => balancersWith(session, arnOf(acl)),
};

/** All of the region, whoever owns them. An account has 100 unless its quota was raised. */
function everyWebAcl(session: AwsSession) {
  return pages<WebACLSummary>(async (NextMarker) => {
    const answer = await session.wafv2.send(
      new ListWebACLsCommand({ Scope: SCOPE, Limit: PAGE, ...(NextMarker !== undefined && { NextMarker }) }),
    );
    return { items: answer.WebACLs, next: answer.NextMarker };
  });
}

async function describe(session: AwsSession, ARN: string): Promise<TaggedWebAcl | undefined> {
  try {
    const { WebACL, LockToken } = await session.wafv2.send(new GetWebACLCommand({ ARN }));
    const Tags = await readTags(session, ARN);
    const { Name, Id, Description } = must(WebACL, 'WebACL');
    return Tags && { Name, Id, Description, LockToken, ARN, Tags };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Deletes it, whatever its content is by now: a lock token that has passed is read again. */
async function remove(session: AwsSession, acl: TaggedWebAcl): Promise<void> {
  const { Name, Id } = acl;
  const send = (LockToken: string | undefined) =>
    unlessGone(session.wafv2.send(new DeleteWebACLCommand({ Name, Id, Scope: SCOPE, LockToken })));
  try {
    await send(acl.LockToken);
  } catch (error) {
    if (!isStale(error)) throw error;
    const now = await describe(session, arnOf(acl));
    if (now) await send(now.LockToken);
  }
}

/** Takes it off the load balancers of the same owner; what others have put it on stays as it is, and is named. */
async function takeOffOurs(
  { session, owner, wrote }: ActionContext<AwsSession>,
  acl: TaggedWebAcl,
): Promise<void> {
  const arns = await balancersWith(session, arnOf(acl));
  const balancers = await withTags(
    session,
    arns.map((arn) => ({ arn })),
    ({ arn }) => arn,
  );
  const same = (tags: Record<string, string>) =>
    tags[TAG.owner] === ownerTag(owner) && tags[TAG.installation] === tagsOf(acl)[TAG.installation];
  for (const { arn } of balancers.filter((balancer) => same(tagsOf(balancer)))) {
    await takeOff(session, arn);
    wrote(webAclAssociations, arn, () => ({ loadBalancerArn: arn, webAclArn: '' }));
  }
}

async function updateTags(
  { session, wrote }: ActionContext<AwsSession>,
  _inputs: WebAclInputs,
  acl: TaggedWebAcl,
  changes: readonly Change[],
): Promise<void> {
  const writes = tagWrites(changes);
  const Tags = tagList(writes.set);
  const ResourceARN = arnOf(acl);
  if (Tags.length > 0) await session.wafv2.send(new TagResourceCommand({ ResourceARN, Tags }));
  if (writes.unset.length > 0)
    await session.wafv2.send(new UntagResourceCommand({ ResourceARN, TagKeys: writes.unset }));
  if (Tags.length + writes.unset.length > 0)
    wrote(webAcls, ResourceARN, (record) => record && retagged(record, writes));
}

function arnOf(acl: WebACLSummary): string {
  return must(acl.ARN, 'ARN');
}

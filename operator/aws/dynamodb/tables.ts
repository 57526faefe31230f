import {
  DescribeTableCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  type TableDescription,
  type Tag,
} from '@aws-sdk/client-dynamodb';
import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagList, tagsOf } from '../tags.ts';

/** Every table; an action on an index or a backup of one says so itself. */
export const TABLES = 'dynamodb:{region}:{account}:table/*';

/** A table that is there, with its tags; how it is, {@link tableDescriptions} tell. */
export interface TableEntry {
  readonly TableArn: string;
  readonly TableName: string;
  readonly Tags: readonly Tag[];
}

/** Tables. ListTables has names alone, a hundred a page and whoever's they are, so the tagging API says which are ours. */
export const tables: AwsCollection<TableEntry> = {
  name: 'dynamodb/tables',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('dynamodb:ListTables'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const tagged of nominated(session, 'dynamodb:table', installation)) {
      const names = await everyName(session);
      yield [...tagged].flatMap(([TableArn, tags]) => {
        const TableName = nameIn(TableArn);
        return names.has(TableName) ? [{ TableArn, TableName, Tags: tagList(tags) }] : [];
      });
    }
  },
  async get(session, arns) {
    const found = await Promise.all(arns.map((arn) => read(session, arn)));
    return found.filter((table) => table !== undefined);
  },
  id: ({ TableArn }) => TableArn,
  tags: tagsOf,
};

/** The name in the ARN of a table. */
export function nameIn(arn: string): string {
  return arn.slice(arn.indexOf('/') + 1);
}

/** The ARN of a table by its name. */
export function arnIn({ partition, region, accountId }: AwsSession, name: string): string {
  return `arn:${partition}:dynamodb:${region}:${accountId}:table/${name}`;
}

async function everyName({ dynamodb }: AwsSession): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  const all = pages(async (ExclusiveStartTableName) => {
    const answer = await dynamodb.send(
      new ListTablesCommand({ ...(ExclusiveStartTableName !== undefined && { ExclusiveStartTableName }) }),
    );
    return { items: answer.TableNames, next: answer.LastEvaluatedTableName };
  });
  for await (const page of all) for (const name of page) names.add(name);
  return names;
}

/** What AWS says of one table; undefined where there is none. */
export async function describeTable(
  { dynamodb }: AwsSession,
  TableName: string,
): Promise<TableDescription | undefined> {
  const answer = await unlessGone(dynamodb.send(new DescribeTableCommand({ TableName })));
  return answer && must(answer.Table, 'Table');
}

async function read(session: AwsSession, TableArn: string): Promise<TableEntry | undefined> {
  const table = await describeTable(session, nameIn(TableArn));
  const Tags = table && (await unlessGone(tagsAt(session, TableArn)));
  return Tags && { TableArn, TableName: must(table.TableName, 'TableName'), Tags };
}

async function tagsAt({ dynamodb }: AwsSession, ResourceArn: string): Promise<readonly Tag[]> {
  const tags: Tag[] = [];
  const all = pages<Tag>(async (NextToken) => {
    const answer = await dynamodb.send(
      new ListTagsOfResourceCommand({ ResourceArn, ...(NextToken !== undefined && { NextToken }) }),
    );
    return { items: answer.Tags, next: answer.NextToken };
  });
  for await (const page of all) tags.push(...page);
  return tags;
}

import { eventually } from './held-clock.ts';
import { type Params, call } from './plain-client.ts';

export interface Table {
  AttributeDefinitions: { AttributeName: string }[];
  BillingModeSummary?: { BillingMode: string };
  RestoreSummary?: { RestoreInProgress: boolean };
  SSEDescription?: { Status: string; KMSMasterKeyArn: string };
  TableArn: string;
  TableId: string;
  TableStatus: string;
}

export const dynamo = <T>(action: string, params: Params = {}) =>
  call<T>('dynamodb', action, { TableName: 'items', ...params });
export const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
export const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' });
export const throughput = (units: number) => ({
  ProvisionedThroughput: { ReadCapacityUnits: units, WriteCapacityUnits: units },
});
export const onDemand = { BillingMode: 'PAY_PER_REQUEST' };
export const create = (params: Params = onDemand) =>
  dynamo('CreateTable', {
    KeySchema: [hash('id')],
    AttributeDefinitions: [attribute('id')],
    ...params,
  });
export const index = (IndexName: string, params: Params = {}) => ({
  IndexName,
  KeySchema: [hash('by')],
  Projection: { ProjectionType: 'ALL' },
  ...params,
});
export const read = async (TableName = 'items') =>
  (await dynamo<{ Table: Table }>('DescribeTable', { TableName })).Table;
export const active = (name?: string) =>
  eventually(async () => {
    const found = await read(name);
    return found.TableStatus === 'ACTIVE' ? found : undefined;
  });
export const update = (params: Params) => dynamo('UpdateTable', params);
export const newKey = async () =>
  (await call<{ KeyMetadata: { KeyId: string; Arn: string } }>('kms', 'CreateKey')).KeyMetadata;

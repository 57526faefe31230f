import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { refusal } from '../elbv2/elb.ts';

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: {
    readonly StartRecordName?: string;
    readonly StartRecordType?: string;
    readonly ChangeBatch?: { readonly Changes?: readonly Change[] };
  };
}

/** A hosted zone that takes batches as Route 53 does: all of one, or none. Records are `name type`: text. */
export class Zone {
  /** Happens once, between a look and the batch that follows from it. */
  before: (() => void) | undefined;
  isGone = false;
  batches = 0;
  #records = new Map<string, ResourceRecordSet>();

  constructor(records: Readonly<Record<string, string>> = {}) {
    for (const [key, text] of Object.entries(records)) this.set(key, text);
  }

  set(key: string, text: string): void {
    const [Name = '', Type = ''] = key.split(' ');
    const target = /^alias of (.*)/.exec(text)?.[1];
    this.#records.set(key, {
      Name,
      Type: Type as 'A',
      ...(target === undefined
        ? { TTL: 300, ResourceRecords: text.split(', ').map((Value) => ({ Value })) }
        : { AliasTarget: { DNSName: target, HostedZoneId: 'Z9', EvaluateTargetHealth: true } }),
    });
  }

  texts(): Record<string, string> {
    return Object.fromEntries([...this.#records].map(([key, record]) => [key, textOf(record)]));
  }

  send({ constructor: { name }, input }: Command): Promise<object> {
    if (this.isGone) return Promise.reject(refused('NoSuchHostedZone', 'No hosted zone found with ID: Z1'));
    if (name === 'ListResourceRecordSetsCommand') {
      const record = this.#records.get(`${input.StartRecordName} ${input.StartRecordType}`);
      const [Name, Type] = record
        ? [record.Name?.replace('*', '\\052'), record.Type]
        : ['zz.example.com', 'A'];
      return Promise.resolve({ ResourceRecordSets: [{ ...record, Name: `${Name}.`, Type }] });
    }
    this.before?.();
    const now = new Map(this.#records);
    for (const { Action, ResourceRecordSet: record } of input.ChangeBatch?.Changes ?? []) {
      const wrong = Action === 'DELETE' ? remove(now, record) : create(now, record);
      if (wrong !== undefined) return Promise.reject(refused('InvalidChangeBatch', `[${wrong}]`));
    }
    this.#records = now;
    this.batches += 1;
    return Promise.resolve({});
  }
}

function create(records: Map<string, ResourceRecordSet>, record: ResourceRecordSet = {} as never) {
  const key = keyOf(record);
  if (records.has(key)) return `Tried to create resource record set [${key}] but it already exists`;
  records.set(key, record);
  return undefined;
}

function remove(records: Map<string, ResourceRecordSet>, record: ResourceRecordSet = {} as never) {
  const key = keyOf(record);
  const there = records.get(key);
  if (!there) return `Tried to delete resource record set [${key}] but it was not found`;
  if (textOf(there) !== textOf(record))
    return `Tried to delete resource record set [${key}] but the values provided do not match the current values`;
  records.delete(key);
  return undefined;
}

function keyOf({ Name = '', Type }: ResourceRecordSet): string {
  return `${Name.replace(/\.$/, '').replace('\\052', '*')} ${Type}`;
}

function textOf({ AliasTarget: alias, ResourceRecords = [] }: ResourceRecordSet): string {
  return alias ? `alias of ${alias.DNSName}` : ResourceRecords.map(({ Value }) => Value).join(', ');
}

function refused(code: string, message: string): Error {
  return Object.assign(refusal(code, message), { name: code });
}

import type { Copy } from '../copy.ts';

/** Types of attributes that may be part of a key, as DynamoDB writes them. */
export type AttributeType = 'S' | 'N' | 'B';

/** The attributes of a key, by name. */
export interface TableKey {
  readonly partition: string;
  readonly sort?: string;
}

/** What is there every second, in read and write units. */
export interface TableUnits {
  readonly read: number;
  readonly write: number;
}

/** How much there is to be: so much, or what AWS sets between two bounds, and with how much it begins. */
export type Capacity = number | { readonly initial: number; readonly min: number; readonly max: number };

/** What is to be there every second. */
export interface WantedUnits {
  readonly read: Capacity;
  readonly write: Capacity;
}

/** An index, with what of an item it holds. */
export interface TableIndex {
  readonly name: string;
  readonly key: TableKey;
  readonly projection: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  /** With `INCLUDE`; in whatever order. */
  readonly projected: readonly string[];
  /** Of a global index of a table with units. */
  readonly units?: WantedUnits;
}

/** What of a table can change. */
export interface TableSettings {
  /** Types of all attributes that are part of a key of the table or of an index. */
  readonly attributes: Readonly<Record<string, AttributeType>>;
  readonly key: TableKey;
  /** Absent where requests are paid for one by one. */
  readonly units?: WantedUnits;
  readonly globalIndexes: readonly TableIndex[];
  /** What a stream tells of a change; absent for no stream. */
  readonly stream?: 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';
  readonly tableClass: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  readonly deletionProtection: boolean;
  /** ARN of the key; absent for the one that DynamoDB owns. */
  readonly kmsKeyArn?: string;
}

export interface DynamoDbTableInputs extends TableSettings {
  /** What it is made of, a backup by its ARN; undefined for an empty one. Of one that is there it says nothing. */
  readonly restoreFrom?: Copy;
  /** Unique in account and region. */
  readonly name: string;
  /** Made with the table, and never again. */
  readonly localIndexes: readonly TableIndex[];
}

export interface TableSettingsInputs extends TableSettings {
  readonly tableArn: string;
}

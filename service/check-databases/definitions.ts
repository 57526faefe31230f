import type { Migration } from '../stores/schema.ts';

/** A column as it is defined, in small letters. */
export interface Column {
  /** As `varchar(50)`. */
  readonly type: string;
  readonly required: boolean;
  /** Where the definition names one. */
  readonly collation?: string | undefined;
}

/** An index: columns or expressions in their order. */
export interface Index {
  readonly unique: boolean;
  readonly columns: readonly string[];
}

/** A table by its columns and its indexes, each by its name. */
export interface Table {
  readonly columns: Map<string, Column>;
  readonly indexes: Map<string, Index>;
}

export type Tables = Map<string, Table>;

const TABLE = /^create table (?:if not exists )?(\w+) \((.*)\)[^)]*$/is;
const INDEX = /^create (unique )?index (\w+) on (\w+) \((.*)\)$/is;
const KEY = /^(unique )?key (\w+) \((.*)\)$/i;
/** Not what begins as another part of a table does. */
const COLUMN = /^(?!(?:primary|unique|foreign|constraint|check|index) )(\w+) (\w+(?:\([^)]*\))?)( .*)?$/i;

/**
 * The tables that migrations make, read from their statements, so that they are described once.
 *
 * @throws where a statement is of a form that is not known here.
 */
export function definedBy(migrations: readonly Migration[], primaryName: (table: string) => string): Tables {
  const tables: Tables = new Map();
  for (const statement of migrations.flatMap(({ statements }) => statements)) {
    const text = statement.replaceAll(/\s+/g, ' ').trim();
    const [, table = '', body] = TABLE.exec(text) ?? [];
    const [, unique, index = '', on = '', columns] = INDEX.exec(text) ?? [];
    if (body !== undefined) tables.set(table, tableOf(split(body), primaryName(table), text));
    else if (columns !== undefined)
      known(tables.get(on), text).indexes.set(index, { unique: Boolean(unique), columns: split(columns) });
    else throw unknown(text);
  }
  return tables;
}

function tableOf(parts: readonly string[], primary: string, statement: string): Table {
  const table: Table = { columns: new Map(), indexes: new Map() };
  for (const part of parts) {
    const [, unique, name = '', of] = KEY.exec(part) ?? [];
    if (of !== undefined) {
      table.indexes.set(name, { unique: Boolean(unique), columns: split(of) });
      continue;
    }
    const [, column = '', type, rest = ''] = COLUMN.exec(part) ?? [];
    if (type === undefined) throw unknown(statement);
    const isPrimary = /\bprimary key\b/i.test(rest);
    table.columns.set(column, {
      type: plain(type),
      required: isPrimary || /\bnot null\b/i.test(rest),
      collation: /\bcollate (\w+)/i.exec(rest)?.[1],
    });
    if (isPrimary) table.indexes.set(primary, { unique: true, columns: [column] });
  }
  return table;
}

/** A type in the form that both the statements and the databases are compared in. */
export function plain(type: string): string {
  return type.toLowerCase().replaceAll(', ', ',');
}

/** At the commas that are in no parentheses. */
function split(list: string): string[] {
  return list.split(/,(?![^(]*\))/).map((part) => part.trim());
}

function known(table: Table | undefined, statement: string): Table {
  if (!table) throw unknown(statement);
  return table;
}

function unknown(statement: string): Error {
  return new Error(`A migration has a statement whose tables cannot be told: ${statement}`);
}

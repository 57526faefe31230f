import type { Index, Table, Tables } from './definitions.ts';

/** What of the tables that are needed is missing or other in those that are there, by name. More than is needed is no fault. */
export function differences(needed: Tables, there: Tables): string[] {
  return [...needed].flatMap(([name, table]) => {
    const found = there.get(name);
    return found ? ofTable(name, table, found) : [`table ${name} is missing`];
  });
}

function ofTable(table: string, needed: Table, there: Table): string[] {
  const columns = [...needed.columns].flatMap(([name, { type, required, collation }]) => {
    const what = `column ${table}.${name}`;
    const found = there.columns.get(name);
    if (!found) return [`${what} is missing`];
    return [
      ...(found.type === type ? [] : [`${what} is ${found.type}, not ${type}`]),
      ...(found.required === required ? [] : [`${what} ${required ? 'may be' : 'must not be'} null`]),
      ...(collation === undefined || found.collation === collation
        ? []
        : [`${what} is in ${found.collation}, not ${collation}`]),
    ];
  });
  const indexes = [...needed.indexes].flatMap(([name, index]) => {
    const what = `index ${name} of ${table}`;
    const found = there.indexes.get(name);
    if (!found) return [`${what} is missing`];
    return told(found) === told(index) ? [] : [`${what} is ${told(found)}, not ${told(index)}`];
  });
  return [...columns, ...indexes];
}

function told({ unique, columns }: Index): string {
  return `${unique ? 'unique ' : ''}(${columns.join(', ')})`;
}

/** How many tables, columns and indexes there are. */
export function counted(tables: Tables): string {
  const all = [...tables.values()];
  const columns = all.reduce((sum, table) => sum + table.columns.size, 0);
  const indexes = all.reduce((sum, table) => sum + table.indexes.size, 0);
  const some = (count: number, what: string, more = `${what}s`) => `${count} ${count === 1 ? what : more}`;
  return [some(all.length, 'table'), some(columns, 'column'), some(indexes, 'index', 'indexes')].join(', ');
}

/** Adds what one row of a catalogue says to the tables. */
export function tableIn(tables: Tables, name: string): Table {
  const table = tables.get(name) ?? { columns: new Map(), indexes: new Map() };
  tables.set(name, table);
  return table;
}

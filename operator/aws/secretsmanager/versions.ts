import { shortHash } from '../../graph/ownership.ts';

/** The label of the version that whoever reads the secret gets. */
export const CURRENT = 'AWSCURRENT';
/** The label of a version that the store does not know yet. */
export const PENDING = 'AWSPENDING';

/** Versions with their labels, by id. The id is the client token of the call that wrote it. */
export type Versions = Readonly<Record<string, readonly string[]>>;

const PART = 16;

/** A host and a port, as a version holds them. */
export interface Address {
  readonly host: string;
  readonly port: string;
}

/**
 * The id of a version: for which request its password was made, where the store answers, and which version it follows, so that
 * none has the id of an earlier one and a repeated write has the same. It tells what the value holds, and nothing of the value.
 */
export function versionId(rotation: string, address: Address | undefined, former: string): string {
  return [rotationPart(rotation), addressPart(address), shortHash(former, 8)].join('-');
}

/** The id of a version with the same password as another, and another address. */
export function movedTo(address: Address, current: string): string {
  return [firstOf(current), addressPart(address), shortHash(current, 8)].join('-');
}

/** The id of a version with the address of another, and a new password. */
export function rotatedTo(rotation: string, current: string): string {
  return [rotationPart(rotation), current.split('-')[1] ?? '', shortHash(current, 8)].join('-');
}

/** Whether a version's password was made for this request. */
export function isOfRotation(version: string, rotation: string): boolean {
  return firstOf(version) === rotationPart(rotation);
}

/** Whether a version says that the store answers there. */
export function isAt(version: string, address: Address): boolean {
  return version.split('-')[1] === addressPart(address);
}

/** The version with a label; undefined where none has it. */
export function labelled(versions: Versions, label: string): string | undefined {
  return Object.entries(versions).find(([, labels]) => labels.includes(label))?.[0];
}

/** The version whose password is still to be given to the store; undefined where there is none. */
export function pendingOf(versions: Versions): string | undefined {
  const pending = labelled(versions, PENDING);
  return pending === labelled(versions, CURRENT) ? undefined : pending;
}

/** Versions with labels that mean something. AWS keeps the former one with a label of its own, and those without any for a while. */
export function labelledOnly(versions: Versions): Versions {
  const meant = Object.entries(versions).map(([id, labels]): [string, readonly string[]] => [
    id,
    labels.filter((label) => label === CURRENT || label === PENDING).sort(),
  ]);
  return Object.fromEntries(meant.filter(([, labels]) => labels.length > 0));
}

/** Versions after a label was put on one of them. */
export function withLabel(versions: Versions, label: string, version: string): Versions {
  const others = Object.entries(versions).map(([id, labels]): [string, readonly string[]] => [
    id,
    labels.filter((one) => one !== label),
  ]);
  const before = Object.fromEntries(others) as Versions;
  return labelledOnly({ ...before, [version]: [...(before[version] ?? []), label] });
}

/**
 * What a store remembers of the password that it was given: of which secret, by the letters that AWS adds to its name and that no
 * other life of it has, and for which request it was made.
 */
export function markOf(secretArn: string, version: string): string {
  return `${secretArn.slice(-6)}-${firstOf(version)}`;
}

function firstOf(version: string): string {
  return version.split('-')[0] ?? '';
}

function rotationPart(rotation: string): string {
  return shortHash(rotation, PART);
}

function addressPart(address: Address | undefined): string {
  return shortHash(address ? `${address.host}:${address.port}` : '', PART);
}

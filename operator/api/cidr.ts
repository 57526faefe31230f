/** An IPv4 block: the first address as an unsigned 32-bit number, and the prefix length. */
export interface Ipv4Block {
  readonly base: number;
  readonly prefix: number;
}

/** Reads `a.b.c.d/n` as Kubernetes' `isCIDR` does (no leading zeros); host bits are kept. Undefined where it is none. */
export function parseIpv4Cidr(text: string): Ipv4Block | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/u.exec(text);
  if (!match) return undefined;
  const numbers = match.slice(1).map(Number);
  const prefix = numbers[4] ?? 33;
  const canonical = `${numbers.slice(0, 4).join('.')}/${prefix}` === text;
  if (!canonical || prefix > 32 || numbers.slice(0, 4).some((octet) => octet > 255)) return undefined;
  return { base: numbers.slice(0, 4).reduce((sum, octet) => sum * 256 + octet, 0), prefix };
}

/** How many addresses a block has. */
export function ipv4Size(block: Ipv4Block): number {
  return 2 ** (32 - block.prefix);
}

/** The block with its host bits cleared. */
export function maskIpv4(block: Ipv4Block): Ipv4Block {
  return { base: block.base - (block.base % ipv4Size(block)), prefix: block.prefix };
}

/** Writes a block as `a.b.c.d/n`. */
export function formatIpv4Cidr(block: Ipv4Block): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(block.base / 2 ** shift) % 256);
  return `${octets.join('.')}/${block.prefix}`;
}

/** Whether every address of `inner` is in `outer`. */
export function ipv4Contains(outer: Ipv4Block, inner: Ipv4Block): boolean {
  return (
    inner.prefix >= outer.prefix &&
    maskIpv4({ base: inner.base, prefix: outer.prefix }).base === maskIpv4(outer).base
  );
}

/** Whether two blocks share an address. */
export function ipv4Overlaps(one: Ipv4Block, other: Ipv4Block): boolean {
  return ipv4Contains(one, other) || ipv4Contains(other, one);
}

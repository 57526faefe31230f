/** Type and code of ICMP in words, with a blank before; nothing for every type. -1 is every one of either. */
export function icmpText(type = -1, code = -1): string {
  if (type === -1) return '';
  return code === -1 ? ` type ${type}` : ` type ${type} code ${code}`;
}

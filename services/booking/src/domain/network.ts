/**
 * The network that an address belongs to, as far as one customer of a provider usually has one: the first 24 bits of an IPv4
 * address, the first 56 of an IPv6 one (RIPE-690 recommends to give each customer a /48 or a /56). `undefined` for what is no address.
 */
export function networkOf(address: string): string | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(mapped ?? address);
  if (four) {
    const parts = four.slice(1).map(Number);
    return parts.every((part) => part <= 255) ? `${parts.slice(0, 3).join('.')}.0/24` : undefined;
  }
  const groups = groupsOf(address);
  if (!groups) return undefined;
  const [first = 0, second = 0, third = 0, fourth = 0] = groups;
  return `${[first, second, third, fourth & 0xff00].map((group) => group.toString(16)).join(':')}::/56`;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] | undefined {
  const [head = '', tail, ...more] = address.split('::');
  if (more.length > 0) return undefined;
  const read = (text: string) => (text === '' ? [] : text.split(':'));
  const before = read(head);
  const after = tail === undefined ? [] : read(tail);
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  return all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? all.map((group) => Number.parseInt(group, 16))
    : undefined;
}

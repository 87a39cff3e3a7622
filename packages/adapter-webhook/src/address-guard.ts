import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Decides which addresses may be connected to. */
export interface AddressGuard {
  /** For the host of a URL: refuses what is internal without asking anybody; a name that must be resolved passes. */
  refusesHost(host: string): boolean;
  /** For one address that `host` was resolved to. */
  refusesAnswer(host: string, address: string): boolean;
}

export interface AddressGuardOptions {
  /** Refuse nothing. */
  readonly allowAll: boolean;
  /** Exceptions, as {@link parseAllowed} gives them. */
  readonly allowed: readonly Allowed[];
}

export type Allowed = { readonly host: string } | Block;

interface CanonicalAddress {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
}

interface Block extends CanonicalAddress {
  /** Number of leading bits that count. */
  readonly prefix: number;
}

/** From the IANA special-purpose registries: everything that is not a public unicast address. */
const FORBIDDEN_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10', // carrier-grade NAT, and a cloud's metadata service (100.100.100.200)
  '127.0.0.0/8',
  '168.63.129.16/32', // a cloud's host agent on an address that looks public
  '169.254.0.0/16', // link-local, and most clouds' metadata services
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
const FORBIDDEN_IPV6 = [
  // Only 2000::/3 is public unicast. The rest holds loopback, embedded IPv4, NAT64, unique-local, link-local, multicast.
  '::/3',
  '4000::/2',
  '8000::/1',
  '2001::/23', // protocol assignments, Teredo among them
  '2001:db8::/32',
  '2002::/16', // 6to4 embeds any IPv4 address
  '3fff::/20',
];

const isForbidden = memberOf([...FORBIDDEN_IPV4, ...FORBIDDEN_IPV6].flatMap((text) => parseBlock(text) ?? []));

export function createAddressGuard({ allowAll, allowed }: AddressGuardOptions): AddressGuard {
  const hosts = new Set(allowed.flatMap((entry) => ('host' in entry ? [entry.host] : [])));
  const isAllowed = memberOf(allowed.flatMap((entry) => ('host' in entry ? [] : [entry])));

  const refusesAddress = (text: string): boolean => {
    const address = canonicalAddress(text);
    return address === null || (isForbidden(address) && !isAllowed(address));
  };

  return {
    refusesHost(host) {
      if (allowAll) return false;
      const name = bareHost(host);
      if (isIPv4(name) || isIPv6(name)) return refusesAddress(name);
      return (name === 'localhost' || name.endsWith('.localhost')) && !hosts.has(name);
    },
    refusesAnswer(host, address) {
      return !allowAll && !hosts.has(bareHost(host)) && refusesAddress(address);
    },
  };
}

/** An entry of `allowedAddresses`: a CIDR block, an IP address or a host name; `null` when it is none of them. */
export function parseAllowed(text: string): Allowed | null {
  const block = parseBlock(text);
  if (block !== null) return block;
  if (!/^[^\s/:?#@*[\]\\%]+$/.test(text)) return null;
  const url = `http://${text}/`;
  if (!URL.canParse(url)) return null;
  const host = bareHost(new URL(url).hostname);
  // `127.1` and the like: whoever writes them means the address, and must say so in full.
  return isIPv4(host) ? null : { host };
}

function parseBlock(text: string): Block | null {
  const match = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text);
  const written = match?.[1] ?? '';
  const canonical = canonicalAddress(written);
  // An IPv4 block in IPv6 clothes would never match: addresses are compared after undressing them.
  if (canonical === null || (canonical.family === 'ipv4') !== isIPv4(written)) return null;
  const bits = canonical.family === 'ipv4' ? 32 : 128;
  const prefix = Number(match?.[2] ?? bits);
  return prefix <= bits ? { ...canonical, prefix } : null;
}

/** One form for each address: without zone, and IPv4 where IPv6 only maps it. `null`: not an IP address. */
function canonicalAddress(text: string): CanonicalAddress | null {
  const [bare = ''] = text.split('%', 1);
  if (isIPv4(bare)) return { family: 'ipv4', address: bare };
  if (!isIPv6(bare)) return null;
  const address = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(address);
  if (mapped === null) return { family: 'ipv6', address };
  const octets = [mapped[1], mapped[2]].flatMap((group = '0') => {
    const number = Number.parseInt(group, 16);
    return [number >> 8, number & 0xff];
  });
  return { family: 'ipv4', address: octets.join('.') };
}

/** A list for each family, since one `BlockList` takes IPv4 addresses for members of IPv6 blocks around `::ffff:0:0`. */
function memberOf(blocks: readonly Block[]): (address: CanonicalAddress) => boolean {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const { address, prefix, family } of blocks) lists[family].addSubnet(address, prefix, family);
  return ({ address, family }) => lists[family].check(address, family);
}

/** Lower case, without the brackets of an IPv6 literal and without the root's dot. */
function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

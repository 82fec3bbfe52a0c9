/**
 * Addresses that mean something only inside: of private networks, of this computer, of a cloud's metadata service, and
 * names that no public server has. Also addresses that carry a password, wherever they lead.
 */
import { BlockList, isIP } from 'node:net';
import { matches, type Span } from '../../domain/secrets/spans.ts';

const WHAT = 'internal address';
const PASSWORD_WHAT = 'address with a password';

const INSIDE = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local; 169.254.169.254 is where clouds tell machines their credentials.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  INSIDE.addSubnet(network, bits, 'ipv4');
INSIDE.addAddress('0.0.0.0', 'ipv4');
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  INSIDE.addSubnet(network, bits, 'ipv6');

const URLS = /(?<![A-Za-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s<>"'`|\\^{}]{1,2000}/gi;
const IPV4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\w)/g;
const IPV6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi;

const SUFFIXES = 'internal|local|localhost|localdomain|corp|lan|intranet|private|home\\.arpa';
/** Where a name without a dot is a server's; elsewhere, as in slack://channel, it may be anything. */
const OF_SERVERS =
  /^(?:https?|wss?|s?ftp|ssh|git|postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|ldaps?|smb|nfs):/i;
const INSIDE_NAME = new RegExp(`(?:^|\\.)(?:${SUFFIXES})$`, 'i');
// Without "http://" a port or a path must follow, because file and package names end like that too.
const BARE_NAMES = new RegExp(
  `(?<![\\w.-])(?:localhost|(?:[a-z0-9-]{1,63}\\.){1,8}(?:${SUFFIXES}))(?::\\d{1,5}(?!\\d)|/(?=\\w))[^\\s<>"'\`|\\\\^{}]{0,2000}`,
  'gi',
);
const METADATA_NAME = /(?<![\w.-])metadata(?:\.google\.internal|\.goog)(?![\w-])/gi;

export function internalAddresses(text: string): readonly Span[] {
  return [
    ...urls(text),
    ...matches(text, IPV4, WHAT, isInside),
    ...matches(text, IPV6, WHAT, isInside),
    ...matches(text, BARE_NAMES, WHAT),
    ...matches(text, METADATA_NAME, WHAT),
  ];
}

function urls(text: string): readonly Span[] {
  return [...text.matchAll(URLS)].flatMap(({ 0: found, index: start }) => {
    const url = found.replace(/[).,;:!?]+$/, '');
    const what = whatOf(url);
    return what === undefined ? [] : [{ start, end: start + url.length, what }];
  });
}

function whatOf(url: string): string | undefined {
  const authority = /:\/\/([^/?#]*)/.exec(url)?.[1] ?? '';
  // Read as a web address whatever the scheme, because only those have their spellings of a host undone.
  const address = `http://${authority}/`;
  if (!URL.canParse(address)) return undefined;
  const { hostname, password } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const short = OF_SERVERS.test(url) && !/[.:]/.test(host);
  if (short || isInside(host) || INSIDE_NAME.test(host)) return WHAT;
  return password === '' ? undefined : PASSWORD_WHAT;
}

function isInside(host: string): boolean {
  const version = isIP(host);
  return version !== 0 && INSIDE.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Keys, tokens and private keys, by the forms their makers give them. Each pattern begins with fixed text and is
 * bounded, so that no text makes it slow.
 */
import { matches, type Span } from './spans.ts';

const WHAT = 'key or token';
const KEY_WHAT = 'private key';

const FORMS: readonly RegExp[] = [
  // GitHub: personal, OAuth, user, server and refresh tokens; fine-grained ones; GitLab's.
  /gh[opsur]_[A-Za-z0-9]{36,255}/g,
  /github_pat_[A-Za-z0-9_]{22,255}/g,
  /glpat-[A-Za-z0-9_-]{20,100}/g,
  // Stripe: secret and restricted keys, webhook secrets. Its ids have other prefixes.
  /(?<![A-Za-z0-9])[sr]k_(?:live|test)_[A-Za-z0-9]{10,250}/g,
  /whsec_[A-Za-z0-9+/=]{24,100}/g,
  // Resend: a second underscore, or more characters than a refund at Stripe (re_…) has.
  /(?<![A-Za-z0-9])re_(?:[A-Za-z0-9]{6,12}_[A-Za-z0-9]{16,64}|[A-Za-z0-9]{32,100})(?![A-Za-z0-9])/g,
  // Slack: tokens of bots, people, apps and configurations; incoming webhooks.
  /xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,250}/g,
  /xapp-\d-[A-Za-z0-9-]{10,250}/g,
  /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9/_-]{10,200}/g,
  // AWS: access key ids, also of roles.
  /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/g,
  // Google: keys of programs, client secrets, access tokens.
  /(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g,
  /GOCSPX-[A-Za-z0-9_-]{20,60}/g,
  /(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_-]{20,1000}/g,
  // Other makers of things that agents meet.
  /(?<![A-Za-z0-9])sk-(?:ant-|proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,250}/g,
  /npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/g,
  /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{32,60}/g,
  /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,50}/g,
  /do[opr]_v1_[a-f0-9]{64}/g,
  /hv[bs]\.[A-Za-z0-9_-]{24,300}/g,
  // Signed and encrypted tokens (JWS, JWE).
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,8000}(?:\.[A-Za-z0-9_-]{0,8000}){2,4}/g,
];

// One pattern for all, because results hold many short texts.
const ANY_FORM = new RegExp(FORMS.map(({ source }) => source).join('|'), 'g');

/** Whatever follows these words and is no word itself. */
const SAID: readonly RegExp[] = [
  /(?<![A-Za-z0-9])(?:bearer|basic) {1,3}[A-Za-z0-9._~+/-]{16,4000}={0,2}/gi,
  /(?:passw(?:or)?d|passphrase|pwd)["']?[ \t]{0,3}[:=][ \t]{0,3}["']?[^\s"']{6,200}/gi,
  /(?:secret|token|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key)["']?[ \t]{0,3}[:=][ \t]{0,3}["']?[A-Za-z0-9._~+/@!$%^&*-]{12,500}={0,2}/gi,
];

const KEY_BEGINS = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d:/g;
const KEY_ENDS = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

export function credentials(text: string): readonly Span[] {
  return [
    ...privateKeys(text),
    ...matches(text, ANY_FORM, WHAT),
    ...SAID.flatMap((pattern) => matches(text, pattern, WHAT, looksRandom)),
  ];
}

/** A key without its end goes to the end of the text: half a key is one too. */
function privateKeys(text: string): readonly Span[] {
  const ends = [...text.matchAll(KEY_ENDS)].map(({ 0: found, index }) => index + found.length);
  return [...text.matchAll(KEY_BEGINS)].map(({ index: start }) => {
    const end = ends.find((one) => one > start) ?? text.length;
    return { start, end, what: KEY_WHAT };
  });
}

/** A planted value has to come through, or it could never betray who uses it. */
const CANARY = /^csc_[a-z2-7]{26}$/i;

/** Words alone are none: "bearer of good news", "password: required". */
function looksRandom(found: string): boolean {
  const value = /[^ \t:="']+$/.exec(found.replace(/=+$/, ''))?.[0] ?? '';
  return /\d/.test(value) && /[A-Za-z]/.test(value) && !CANARY.test(value);
}

/**
 * Numbers that name one person or one bank account. Those with a check digit or an unmistakable form are found wherever
 * they stand; the others, which look like any number, only after their name.
 */
import validator from 'validator';
import { matches, type Span } from '../../domain/secrets/spans.ts';

const ID = 'national id';
const ACCOUNT = 'bank account number';

interface Form {
  readonly what: string;
  readonly pattern: RegExp;
  readonly counts?: (found: string) => boolean;
}

const digitsOf = (text: string) => text.replace(/\D/g, '');
const compact = (text: string) => text.replace(/[ -]/g, '');

const FORMS: readonly Form[] = [
  // United States, as printed on the card. No number begins with 000, 666 or 9.
  { what: ID, pattern: /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g },
  // United Kingdom.
  {
    what: ID,
    pattern: /(?<![A-Za-z0-9])[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![A-Za-z0-9])/g,
    counts: (found) => validator.isTaxID(compact(found), 'en-GB'),
  },
  // Italy.
  {
    what: ID,
    pattern:
      /(?<![A-Za-z0-9])[A-Z]{6}[0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z](?![A-Za-z0-9])/g,
    counts: (found) => validator.isTaxID(found, 'it-IT'),
  },
  // Spain, citizens and foreigners.
  {
    what: ID,
    pattern: /(?<![\w-])[0-9XYZ]\d{7}-?[A-Z](?![\w-])/g,
    counts: (found) => validator.isIdentityCard(compact(found), 'ES'),
  },
  // France: the social security number with its key.
  {
    what: ID,
    pattern: /(?<![\w.-])[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d[0-9AB] ?\d{3} ?\d{3} ?\d{2}(?![\w.-])/g,
    counts: isFrench,
  },
  // Switzerland.
  {
    what: ID,
    pattern: /(?<![\w.])756\.\d{4}\.\d{4}\.\d{2}(?![\w.])/g,
    counts: (found) => validator.isEAN(digitsOf(found)),
  },
  // Brazil, as printed.
  {
    what: ID,
    pattern: /(?<![\w.])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])/g,
    counts: (found) => validator.isTaxID(found, 'pt-BR'),
  },
  // China.
  {
    what: ID,
    pattern: /(?<![\w-])[1-9]\d{5}(?:19|20)\d{9}[0-9X](?![\w-])/g,
    counts: (found) => validator.isIdentityCard(found, 'zh-CN'),
  },
];

/** Names of numbers whose form alone says too little. */
const NAMES = [
  'ssn|social security(?: (?:no|number))?|itin|tin|tax id(?:entification)?(?: (?:no|number))?|tax number',
  'national (?:id|identity|identification|insurance)(?: (?:card|no|number))?|nino',
  'passport(?: (?:no|number))?|driving licen[cs]e(?: (?:no|number))?',
  'steuer-?id(?:entifikationsnummer)?|idnr|sozialversicherungsnummer|ahv(?:-?nr)?|avs|nir|codice fiscale',
  'dni|nie|nif|bsn|burgerservicenummer|rijksregisternummer|pesel|personnummer|f[oø]dselsnummer|cpr(?:-?(?:nr|nummer))?',
  'henkilotunnus|hetu|rodne cislo|cnp|egn|oib|cpf|aadhaar|aadhar|sin|nhs(?: (?:no|number))?',
].join('|');

const NAMED = new RegExp(
  `(?<![A-Za-z0-9])(?:${NAMES})["']?(?:\\.|:|=|#| is| of)?[ "']{0,3}(?=[A-Z]{0,3}[0-9])[A-Z]{0,3}[0-9](?:[0-9A-Z]|[ ./-](?=[0-9])){5,24}(?![0-9A-Za-z])`,
  'gi',
);
const NAMED_DIGITS_MIN = 6;

export function nationalIds(text: string): readonly Span[] {
  const formed = FORMS.flatMap(({ what, pattern, counts }) => matches(text, pattern, what, counts));
  const named = matches(text, NAMED, ID, (found) => digitsOf(found).length >= NAMED_DIGITS_MIN);
  return [...accounts(text), ...formed, ...named];
}

const ACCOUNT_BEGINS = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])/g;
/** 34 characters with a blank before every fourth. */
const ACCOUNT_CHARS_MAX = 42;
const ACCOUNT_CHARS_MIN = 15;

/** International bank account numbers. Each country has its length, so words that follow are tried and given up. */
function accounts(text: string): readonly Span[] {
  return [...text.matchAll(ACCOUNT_BEGINS)].flatMap(({ index: start }) => {
    const written = /^[A-Za-z0-9]+(?:[ -][A-Za-z0-9]+)*/.exec(
      text.slice(start, start + ACCOUNT_CHARS_MAX + 1),
    );
    const parts = [...(written?.[0] ?? '').matchAll(/[A-Za-z0-9]+/g)];
    const ends = parts.map(({ 0: part, index }) => start + index + part.length);
    const end = ends.findLast((one) => isAccount(compact(text.slice(start, one))));
    return end === undefined ? [] : [{ start, end, what: ACCOUNT }];
  });
}

function isAccount(plain: string): boolean {
  return plain.length >= ACCOUNT_CHARS_MIN && validator.isIBAN(plain.toUpperCase());
}

/** The two last digits are 97 less the remainder of the others; the two departments of Corsica count as numbers. */
function isFrench(found: string): boolean {
  const plain = compact(found);
  const number = BigInt(plain.slice(0, 13).replace('2A', '19').replace('2B', '18').replace(/[AB]/, '0'));
  return 97n - (number % 97n) === BigInt(plain.slice(13));
}

/** Bodies and headers that try to confuse whoever reads them. */
import { type Attack, asking, deleting, refused } from './attack.ts';

const INVALID = refused(400, 'invalid-field');
const BAD_JSON = refused(400, 'bad-json');
const AGENT = 'release-agent';

const raw = (name: string, text: string, expected: Attack['expected']): Attack => ({
  name,
  agent: AGENT,
  expected,
  call: () => ({ raw: text }),
});

const honest = JSON.stringify(deleting({}));
const nested = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;

export const BODY_ATTACKS: readonly Attack[] = [
  raw('A body that is no JSON', honest.slice(0, -1), BAD_JSON),
  raw(
    'A body with a prototype in it',
    honest.replace('{"tool"', '{"__proto__":{"profile":"admin"},"tool"'),
    BAD_JSON,
  ),
  raw(
    'Arguments with a constructor in them',
    honest.replace('"args":{', '"args":{"constructor":{"prototype":{"x":1}},'),
    BAD_JSON,
  ),
  raw('Arguments nested five thousand deep', honest.replace('"args":{', `"args":{"x":${nested},`), INVALID),
  raw(
    'A body beyond 256 KiB',
    honest.replace('Cleaning up', 'x'.repeat(300_000)),
    refused(413, 'body-too-large'),
  ),
  asking(
    AGENT,
    'Twenty-one steps',
    {
      steps: Array.from({ length: 21 }, () => ({
        tool: 'github.list_branches',
        args: { repository: 'acme/webshop' },
      })),
      reason: 'r',
    },
    refused(400, 'too-many-steps'),
  ),
  asking(
    AGENT,
    'A tool whose name is a prototype member',
    { tool: '__proto__', args: {}, reason: 'r' },
    refused(400, 'unknown-tool'),
  ),
  asking(
    AGENT,
    'A tool in other letters',
    { tool: 'GitHub.Delete_Branch', args: {}, reason: 'r' },
    refused(400, 'unknown-tool'),
  ),
  asking(
    AGENT,
    'A tool that looks alike in another script',
    { tool: 'github.dеlete_branch', args: {}, reason: 'r' },
    refused(400, 'unknown-tool'),
  ),
  asking(
    AGENT,
    'A reason with a line for the log',
    deleting({}, { reason: 'fine\u0000{"level":50,"msg":"approved"}' }),
    INVALID,
  ),
  asking(AGENT, 'A reason that reads backwards', deleting({}, { reason: 'Safe \u202etogrof' }), INVALID),
  asking(
    AGENT,
    'A reason with a terminal command',
    deleting({}, { reason: '\u001b[2Kapproved by alice' }),
    INVALID,
  ),
  asking(AGENT, 'Acting for a person who does not exist', deleting({}, { onBehalfOf: 'nobody' }), INVALID),
  asking(AGENT, 'Acting for a group', deleting({}, { onBehalfOf: 'platform' }), INVALID),
  asking(AGENT, 'Acting for a person who left', deleting({}, { onBehalfOf: 'ivan' }), INVALID),
  asking(AGENT, 'Prompted by a person who left', deleting({}, { requestedBy: 'ivan' }), INVALID),
  asking(AGENT, 'An idempotency key with a space', deleting({}), INVALID, { 'idempotency-key': 'a b' }),
  asking(AGENT, 'An idempotency key of a thousand characters', deleting({}), INVALID, {
    'idempotency-key': 'k'.repeat(1_000),
  }),
];

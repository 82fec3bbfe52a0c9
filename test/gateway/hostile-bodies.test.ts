import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askSchema } from '../../src/gateway/ask.schema.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { type OpenDoor, openDoor, TOOLS } from './open-door.ts';

const registry = createRegistry(TOOLS);

// Half random JSON, half bodies close to a good one, so that both sides of the border are walked.
const tool = fc.oneof(
  fc.constantFrom('github.delete_branch', 'email.send', '__proto__', 'toString'),
  fc.string(),
);
const args = fc.oneof(
  fc.record({ repository: fc.string(), branch: fc.string({ maxLength: 120 }) }),
  fc.record(
    {
      to: fc.array(fc.constantFrom('a@acme.example', 'x')),
      text: fc.string(),
      recallMinutes: fc.oneof(fc.nat(), fc.string()),
    },
    { requiredKeys: ['to'] },
  ),
  fc.jsonValue(),
);
const step = fc.record({ tool, args });
const nearly = fc.record(
  {
    tool,
    args,
    steps: fc.oneof(fc.array(step, { maxLength: 22 }), fc.jsonValue()),
    reason: fc.oneof(fc.string(), fc.constant('because'), fc.jsonValue()),
    onBehalfOf: fc.oneof(fc.constantFrom('alice', 'ivan', 'constructor'), fc.jsonValue()),
    requestedBy: fc.oneof(fc.constantFrom('alice', 'ivan', '__proto__'), fc.jsonValue()),
    confidence: fc.oneof(fc.double(), fc.jsonValue()),
    waitAtMostSeconds: fc.oneof(fc.integer(), fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const good = fc.record({
  tool: fc.constant('github.delete_branch'),
  args: fc.record({ repository: fc.string(), branch: fc.string({ minLength: 1, maxLength: 100 }) }),
  reason: fc.constant('r'),
});
const body = fc.oneof(fc.jsonValue(), nearly, good, fc.string()).map((value) => JSON.stringify(value));

/** Whether the schemas alone would take it; the door may be stricter, never looser. */
function mayStart(text: string): boolean {
  const parsed = askSchema.safeParse(JSON.parse(text));
  if (!parsed.success) return false;
  const { steps, tool: name = '', args: given = {} } = parsed.data;
  return (steps ?? [{ tool: name, args: given }]).every((one) => {
    try {
      registry.parse(one.tool, one.args);
      return true;
    } catch {
      return false;
    }
  });
}

describe('POST /v1/requests with any JSON', () => {
  let door: OpenDoor;
  beforeAll(async () => {
    door = await openDoor();
  });
  afterAll(() => door.close());

  test('never fails with 5xx, and starts a request only for a valid body', { timeout: 60_000 }, async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const count = door.requests.started.length;
        const { status } = await door.call('/v1/requests', { body: text, headers: { prefer: 'wait=0' } });
        const started = door.requests.started.length - count;
        if (status === 202) accepted += 1;
        expect([202, 400, 413]).toContain(status);
        expect(started).toBe(status === 202 ? 1 : 0);
        if (started === 1) expect(mayStart(text)).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

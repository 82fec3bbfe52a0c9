import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Example } from '../../src/dev/sandbox/api.ts';
import { loadExamples } from '../../src/dev/sandbox/examples.ts';
import { CONFIG } from './acme.ts';

async function loadText(text: string): Promise<readonly Example[]> {
  const folder = await mkdtemp(join(tmpdir(), 'examples-'));
  try {
    await writeFile(join(folder, 'examples.yaml'), text);
    return await loadExamples(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const ONE = `examples:
  - name: Look
    agent: release-agent
    request: { tool: github.list_branches, args: {}, reason: Why not }
    expect: { effect: allow, outcome: executed }`;

describe('loadExamples()', () => {
  it('reads the example organisation, at least 18 with names of their own', async () => {
    const examples = await loadExamples(CONFIG);
    expect(examples.length).toBeGreaterThanOrEqual(18);
    expect(new Set(examples.map(({ name }) => name)).size).toBe(examples.length);
  });

  it('keeps the body as it will be sent', async () => {
    expect(await loadText(ONE)).toEqual([
      {
        name: 'Look',
        agent: 'release-agent',
        request: { tool: 'github.list_branches', args: {}, reason: 'Why not' },
        expect: { effect: 'allow', outcome: 'executed' },
      },
    ]);
  });

  it.each([
    [
      'an outcome that does not exist',
      ONE.replace('executed', 'done'),
      'examples.yaml/examples/0/expect/outcome',
    ],
    [
      'an effect that does not exist',
      ONE.replace('allow', 'permit'),
      'examples.yaml/examples/0/expect/effect',
    ],
    [
      'a body without a reason',
      ONE.replace(', reason: Why not', ''),
      'examples.yaml/examples/0/request/reason',
    ],
    [
      'a body with an unknown field',
      ONE.replace('reason:', 'urgent: true, reason:'),
      'examples.yaml/examples/0/request',
    ],
    [
      'a body with tool and steps',
      ONE.replace('args: {}', 'steps: [{ tool: a, args: {} }]'),
      'examples.yaml/examples/0/request/tool',
    ],
    ['a world that cannot happen', `${ONE}\n    then: magic`, 'examples.yaml/examples/0/then'],
    ['two examples of one name', ONE + ONE.replace('examples:', ''), 'examples.yaml/examples'],
    ['no example', 'examples: []', 'examples.yaml/examples'],
    ['no YAML', 'examples: [', 'examples.yaml'],
  ])('refuses %s and names the field', async (_, text, field) => {
    const error: unknown = await loadText(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'misconfigured' });
    expect(error).toHaveProperty('problems', expect.arrayContaining([expect.objectContaining({ field })]));
  });
});

import { cpSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { judgeStep } from '../../activities/judge-step.ts';
import { openInstallation } from '../../src/main/installation.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';

/** A copy of the example organisation that a test may change, also while it is open. */
function organisation() {
  const folder = mkdtempSync(join(tmpdir(), 'installation-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(import.meta.dirname, '../../config'), folder, { recursive: true });
  let seconds = 0;
  return {
    folder,
    change(file: string, edit: (text: string) => string) {
      const path = join(folder, file);
      const before = readFileSync(path, 'utf8');
      const after = edit(before);
      if (after === before) throw new Error(`nothing to change in ${file}`);
      writeFileSync(path, after);
      seconds += 5;
      utimesSync(path, new Date(), new Date(Date.now() + seconds * 1_000));
    },
  };
}

describe('openInstallation() and change freezes', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'installation-data-'));
  let store: Store;
  beforeAll(async () => {
    store = await openStore({ dataDir });
  });
  afterAll(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true });
  });

  const freeze = () => {
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    return `freezes: [{ from: ${at(-60)}, to: ${at(60)}, environment: prod, reason: Incident }]`;
  };

  async function judged() {
    const { folder, change } = organisation();
    const installation = await openInstallation(folder);
    const ask = {
      tool: 'github.merge_pull_request',
      args: { repository: 'acme/webshop', number: 2, head: 'a'.repeat(40) },
    };
    const step = {
      ...{ ask, agent: 'release-agent', confidence: null, stepCount: 1 },
      ...{ request: 'req_test', step: 0, session: null, token: null, onBehalfOf: null, earlier: [] },
    };
    onTestFinished(() => installation.close());
    const { orders, usage, sessions, access, grants } = store;
    const deps = { ...installation, ...{ orders, usage, sessions, access, grants } };
    return { change, verdict: async () => (await judgeStep(step, deps)).verdict };
  }

  it('judges by a freeze written down while it is open', async () => {
    const { change, verdict } = await judged();
    const before = await verdict();
    expect(before.effect).not.toBe('deny');
    change('calendar.yaml', freeze);
    const after = await verdict();
    expect(after).not.toEqual(before);
    expect(JSON.stringify(after.rules)).toContain('freeze');
  });

  it('denies every step while the calendar cannot be read', async () => {
    const { change, verdict } = await judged();
    change('calendar.yaml', () => 'freezes: none');
    expect(await verdict()).toMatchObject({
      effect: 'deny',
      rules: [{ id: 'unreadable-step', sentence: expect.stringContaining('Cannot read calendar') }],
    });
  });
});

describe('openInstallation() and tools.yaml', () => {
  const targetOf = async (folder: string, recipient: string) => {
    const { registry } = await openInstallation(folder);
    const args = registry.parse('email.send', { to: [recipient], subject: 'Hello', text: 'Text' });
    return registry.get('email.send')?.target(args).scope;
  };

  it('takes whose mailboxes are ours from it', async () => {
    const { folder, change } = organisation();
    expect(await targetOf(folder, 'lead@bigcorp.example')).toBe('mail/external');
    change('tools.yaml', (text) => text.replace('[acme.example]', '[bigcorp.example]'));
    expect(await targetOf(folder, 'lead@bigcorp.example')).toBe('mail/internal');
    expect(await targetOf(folder, 'sam@acme.example')).toBe('mail/external');
    expect(await targetOf(folder, 'lead@mail.bigcorp.example')).toBe('mail/external');
  });

  it('leaves out a tool that is switched off there, but not from what can be undone', async () => {
    const { folder, change } = organisation();
    change('tools.yaml', (text) => text.replace('disabled: []', 'disabled: [github.delete_branch]'));
    const { registry } = await openInstallation(folder);
    expect(registry.get('github.delete_branch')).toBeUndefined();
    expect(registry.whole.get('github.delete_branch')?.undo).toBeDefined();
  });

  it.each([
    ['no mail at all', /\nmail:[\s\S]*/, '\n', 'tools.yaml mail'],
    ['no sender', /from: .*/, '', 'tools.yaml mail.from'],
    ['a sender without an address', /from: .*/, 'from: Acme agents', 'tools.yaml mail.from'],
    ['a sender with a line feed', /from: .*/, 'from: "Acme\\nBcc <a@acme.example>"', 'tools.yaml mail.from'],
    ['two senders', /from: .*/, 'from: "A, b@acme.example <a@acme.example>"', 'tools.yaml mail.from'],
    ['an inbox that is no address', /draftsInbox: .*/, 'draftsInbox: acme', 'tools.yaml mail.draftsInbox'],
    ['a domain in capitals', '[acme.example]', '[Acme.example]', 'tools.yaml mail.internalDomains.0'],
    ['a wildcard domain', '[acme.example]', '["*.example"]', 'tools.yaml mail.internalDomains.0'],
    ['an address as domain', '[acme.example]', '["a@acme.example"]', 'tools.yaml mail.internalDomains.0'],
    ['a whole top-level domain', '[acme.example]', '[example]', 'tools.yaml mail.internalDomains.0'],
    ['a key misspelt', 'internalDomains', 'internalDomain', 'tools.yaml mail'],
    ['a file that is not YAML', 'disabled: []', 'disabled: [', 'tools.yaml'],
  ])('refuses %s and names the field', async (_, found, replacement, field) => {
    const { folder, change } = organisation();
    change('tools.yaml', (text) => text.replace(found, replacement));
    await expect(openInstallation(folder)).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringMatching(/^Cannot read tools: tools\.yaml /),
      problems: expect.arrayContaining([expect.objectContaining({ field })]),
    });
  });

  it.each(['agents@acme.example', 'Ácme & Söhne <agents@acme.example>'])(
    'takes the sender "%s"',
    async (from) => {
      const { folder, change } = organisation();
      change('tools.yaml', (text) => text.replace(/from: .*/, `from: ${from}`));
      await expect(openInstallation(folder)).resolves.toBeDefined();
    },
  );

  it('refuses a folder without it', async () => {
    const { folder } = organisation();
    rmSync(join(folder, 'tools.yaml'));
    await expect(openInstallation(folder)).rejects.toMatchObject({
      code: 'misconfigured',
      message: 'Cannot read tools: tools.yaml cannot be read (ENOENT): wanted a text file',
    });
  });
});

import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/domain/ask.ts';
import { createCatalogue } from '../../src/tools/catalogue.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { ACME_MAIL } from './catalogue.ts';
import { contextOf, vendorWorld } from './vendor-world.ts';

const MAIL = { to: ['lead@bigcorp.example'], subject: 'Hello', text: 'We met at the fair.' };
const INBOX = 'agents@acme.example';

/** A world whose clock, on both sides, moves when told to. */
async function mailWorld(mail: { readonly from?: string; readonly draftsInbox?: string } = {}) {
  let now = new Date('2026-11-21T10:00:00Z');
  const clock = () => now;
  const world = await vendorWorld({ clock });
  const registry = createRegistry(createCatalogue({ mail: { ...ACME_MAIL, clock, ...mail } }));
  const pass = (minutes: number) => {
    now = new Date(now.getTime() + minutes * 60_000);
  };
  const run = async (name: string, args: JsonObject, request = 'req_1') => {
    const tool = registry.get(name);
    const parsed = registry.parse(name, args);
    const context = contextOf(world, { request });
    const captured: JsonValue = (await tool?.capture?.(parsed, context)) ?? null;
    return {
      captured,
      execute: () => tool?.execute(parsed, context, captured),
      find: () => tool?.find?.(parsed, context, captured),
      undo: (result: JsonValue) =>
        tool?.undo?.(parsed, contextOf(world, { request, direction: 'undo' }), { captured, result }),
    };
  };
  const mails = async () => (await world.vendors.resend.emails.list()).data?.data ?? [];
  return { ...world, pass, run, mails };
}

describe('email.send', () => {
  it('hands the mail over with the end of its recall window, and it goes out then', async () => {
    const { run, mails, pass } = await mailWorld();
    const { execute } = await run('email.send', { ...MAIL, recallMinutes: 5 });
    expect(await execute()).toMatchObject({ sendAt: '2026-11-21T10:05:00.000Z' });
    expect(await mails()).toMatchObject([
      { to: MAIL.to, from: 'Acme agents <agents@acme.example>', last_event: 'scheduled' },
    ]);
    pass(5);
    expect(await mails()).toMatchObject([{ last_event: 'delivered' }]);
  });

  it('undo() recalls within the window', async () => {
    const { run, mails, pass } = await mailWorld();
    const { execute, undo } = await run('email.send', { ...MAIL, recallMinutes: 5 });
    const result = (await execute()) ?? null;
    pass(4);
    expect(await undo(result)).toMatchObject({ undone: true });
    pass(60);
    expect(await mails()).toMatchObject([{ last_event: 'canceled' }]);
  });

  it('undo() after the window is final: the mail was sent', async () => {
    const { run, pass } = await mailWorld();
    const { execute, undo } = await run('email.send', { ...MAIL, recallMinutes: 5 });
    const result = (await execute()) ?? null;
    pass(6);
    await expect(undo(result)).rejects.toMatchObject({
      kind: 'final',
      message: expect.stringContaining('sent already'),
    });
  });

  it('execute() repeated later under one key sends one mail, at the first time', async () => {
    const { run, mails, pass } = await mailWorld();
    const { execute } = await run('email.send', MAIL);
    const first = await execute();
    pass(3);
    expect(await execute()).toEqual(first);
    expect(await mails()).toHaveLength(1);
  });

  it('execute() does not hand over a mail that could not be recalled any more', async () => {
    const { run, mails, pass } = await mailWorld();
    const { execute } = await run('email.send', { ...MAIL, recallMinutes: 5 });
    pass(5);
    await expect(execute()).rejects.toMatchObject({ kind: 'final' });
    expect(await mails()).toHaveLength(0);
  });

  it('find() tells two equal mails of two requests apart', async () => {
    const { run } = await mailWorld();
    const one = await run('email.send', MAIL, 'req_one');
    const other = await run('email.send', MAIL, 'req_other');
    const result = await one.execute();
    expect(await other.find()).toBeUndefined();
    await other.execute();
    expect(await one.find()).toEqual(result);
  });

  it('execute() passes on that the sender is not ours', async () => {
    const { run } = await mailWorld({ from: 'boss@bigcorp.example' });
    const { execute } = await run('email.send', MAIL);
    await expect(execute()).rejects.toMatchObject({
      kind: 'final',
      message: 'Cannot send mail: Resend answered 403 "validation_error"',
    });
  });
});

describe('email.draft', () => {
  it('puts the mail among the drafts and sends nothing', async () => {
    const { run, mails, vendors } = await mailWorld();
    const result = await (await run('email.draft', MAIL)).execute();
    expect(await mails()).toHaveLength(0);
    const draftId = String((result as JsonObject).draft);
    const { data } = await vendors.resend.inboxes.drafts.get({ emailAddress: INBOX, draftId });
    expect(data).toMatchObject(MAIL);
  });

  it('find() and undo() never take an equal draft of somebody else for ours', async () => {
    const { run, vendors } = await mailWorld();
    const theirs = await vendors.resend.inboxes.drafts.create({ emailAddress: INBOX, ...MAIL });
    const { find, undo } = await run('email.draft', MAIL);
    expect(await find()).toBeUndefined();
    expect(await undo(null)).toMatchObject({ undone: false });
    const { data } = await vendors.resend.inboxes.drafts.list({ emailAddress: INBOX });
    expect(data?.data.map(({ id }) => id)).toEqual([theirs.data?.id]);
  });

  it('execute() repeated under one key makes one draft', async () => {
    const { run, vendors } = await mailWorld();
    const { execute } = await run('email.draft', MAIL);
    expect(await execute()).toEqual(await execute());
    expect((await vendors.resend.inboxes.drafts.list({ emailAddress: INBOX })).data?.data).toHaveLength(1);
  });

  it('fails as final where the account has no such inbox', async () => {
    const { run } = await mailWorld({ draftsInbox: 'nobody@acme.example' });
    await expect(run('email.draft', MAIL)).rejects.toMatchObject({ kind: 'final' });
  });
});

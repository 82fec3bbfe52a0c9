/** The Slack of the embedded default where no token is set: a sandbox workspace of the organisation's people. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Organisation } from '../approvals/people.ts';
import type { SlackEmulator, SlackEmulatorOptions } from '../dev/slack-emulator/contract.ts';
import { startSlackEmulator } from '../dev/slack-emulator/emulator.ts';
import type { SlackAccess } from './slack-access.ts';

export interface SandboxSlack extends SlackAccess {
  readonly emulator: SlackEmulator;
}

/** Starts the sandbox workspace. Its secrets are new at every start and known to this process alone. */
export async function sandboxSlack(
  organisation: Organisation,
  {
    dataFolder,
    boltUrl,
    strict = false,
  }: { readonly dataFolder: string; readonly boltUrl: () => string; readonly strict?: boolean },
): Promise<SandboxSlack> {
  const botToken = `xoxb-${randomBytes(24).toString('hex')}`;
  const signingSecret = randomBytes(32).toString('hex');
  const emulator = await startSlackEmulator({
    port: 0,
    botToken,
    signingSecret,
    boltUrl,
    strict,
    ...workspaceOf(organisation),
    stateFile: join(dataFolder, 'slack-sandbox.json'),
  });
  return { botToken, signingSecret, apiUrl: emulator.apiUrl, emulator };
}

/** The organisation's own people and channels, and a guest who may do nothing. */
function workspaceOf({
  people,
  slack,
}: Organisation): Pick<SlackEmulatorOptions, 'team' | 'appId' | 'users' | 'channels'> {
  const members = people.flatMap(({ id, name, timeZone, active, slack: identity }) =>
    identity === undefined
      ? []
      : [{ id: identity.user, name: id, realName: name, timeZone, flags: { deleted: !active } }],
  );
  const guest = {
    id: 'U0GUEST',
    name: 'gus',
    realName: 'Guest Gus',
    timeZone: 'UTC',
    flags: { isRestricted: true },
  };
  const notices = Object.entries(slack.channels).map(([name, id]) => ({ id, name, private: false }));
  return {
    team: { id: slack.team, name: 'Acme' },
    appId: slack.app,
    users: [...members, guest],
    channels: [
      { id: slack.approvalsChannel, name: 'approvals', private: true },
      ...notices,
      { id: 'C0GENERAL', name: 'general', private: false },
    ],
  };
}

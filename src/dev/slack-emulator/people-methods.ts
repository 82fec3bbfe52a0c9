/** `auth.*`, `users.*`, `team.*`, `bots.*` and `usergroups.*`: who is in the workspace, from the seeds. */
import { type Method, refuse, textOf } from './api-call.ts';
import type { SlackUserSeed } from './contract.ts';
import type { Workspace } from './workspace.ts';

/** The methods by name. The workspace has no user groups: listing says so, asking for one's members is refused. */
export function peopleMethods(workspace: Workspace): Readonly<Record<string, Method>> {
  const { team, bot, botId, appId, url } = workspace;
  return {
    'auth.test': () => ({
      ok: true,
      url,
      team: team.name,
      team_id: team.id,
      user: bot.name,
      user_id: bot.id,
      bot_id: botId,
      is_enterprise_install: false,
    }),
    'users.list': () => ({
      ok: true,
      members: workspace.users.map((user) => userObject(workspace, user)),
      response_metadata: { next_cursor: '' },
    }),
    'users.info': (args) => {
      const user = workspace.users.find(({ id }) => id === textOf(args, 'user'));
      return user === undefined ? refuse('user_not_found') : { ok: true, user: userObject(workspace, user) };
    },
    'team.info': () => ({ ok: true, team: { id: team.id, name: team.name, domain: team.domain, url } }),
    'bots.info': (args) =>
      (textOf(args, 'bot') ?? botId) === botId
        ? { ok: true, bot: { id: botId, deleted: false, name: bot.realName, app_id: appId, user_id: bot.id } }
        : refuse('bot_not_found'),
    'usergroups.list': () => ({ ok: true, usergroups: [] }),
    'usergroups.users.list': () => refuse('no_such_subteam'),
  };
}

function userObject(workspace: Workspace, user: SlackUserSeed): Readonly<Record<string, unknown>> {
  const { id, name, realName, timeZone, flags = {} } = user;
  return {
    id,
    team_id: workspace.team.id,
    name,
    real_name: realName,
    tz: timeZone,
    deleted: flags.deleted === true,
    is_bot: flags.isBot === true,
    is_app_user: false,
    is_restricted: flags.isRestricted === true,
    is_ultra_restricted: false,
    is_email_confirmed: true,
    profile: { real_name: realName, display_name: name, team: workspace.team.id },
  };
}

/** `login`, `logout` and `whoami`: a person lets this command line decide under their name for a quarter of an hour. */
import { setTimeout as pause } from 'node:timers/promises';
import { CountersignError } from '../../domain/errors.ts';
import type { LoginAnswer, TokenAnswer } from './approvals-answers.schema.ts';
import { type ApprovalsClient, approvalsUrl, createApprovalsClient } from './approvals-client.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { forgetLogin, keepLogin, type Login, loginFile, readLogin, readLoginToEnd } from './login-file.ts';
import { json, printable } from './print.ts';
import type { CommandContext } from './request-commands.ts';
import type { CliWorld } from './world.ts';

/** Whatever the pages say, nobody waits longer. */
const WAIT_MS_MAX = 15 * 60_000;

type Settled = Exclude<TokenAnswer, { readonly status: 'pending' }> | { readonly status: 'expired' };

/**
 * Shows where to allow it and the code to compare, and waits. Interrupted, it leaves nothing: a token is given only to
 * who asks for it, and a code that nobody asks about any more is worth nothing.
 */
export async function loginCommand({ world, settings, asJson }: CommandContext): Promise<Exit> {
  const url = approvalsUrl(settings);
  const client = createApprovalsClient(url, world);
  const asked = await client.login();
  // Beside what is printed, so that a script's output stays one JSON document.
  world.err(`Open   ${printable(asked.url)}\nCode   ${asked.code}\n\n`);
  const answer = await settled(client, asked, world);
  if (answer.status !== 'allowed') {
    const why = answer.status === 'refused' ? 'it was refused on the page' : 'nobody allowed it in time';
    if (asJson) world.out(json({ status: answer.status }));
    else world.err(`Nobody is signed in: ${why}\n`);
    return EXIT.refused;
  }
  const { token, person, endsAt } = answer;
  await keepLogin(loginFile(settings), { url, person, token, endsAt });
  world.out(asJson ? json({ status: 'allowed', person, url, endsAt }) : signedInAs({ person, url, endsAt }));
  return EXIT.done;
}

/** Ends the sign-in at the pages and removes it here; here in any case. */
export async function logoutCommand({ world, settings, asJson }: CommandContext): Promise<Exit> {
  const file = loginFile(settings);
  const login = await readLoginToEnd(file);
  await forgetLogin(file);
  if (login !== undefined) await end(login, world);
  const status = login === undefined ? 'nobody' : 'ended';
  world.out(asJson ? json({ status }) : `${login === undefined ? 'Nobody was signed in' : 'Signed out'}\n`);
  return EXIT.done;
}

/** Says who is signed in, as far as this machine knows: the pages are not asked. */
export async function whoamiCommand(context: CommandContext): Promise<Exit> {
  const { person, url, endsAt } = await signedIn(context);
  context.world.out(context.asJson ? json({ person, url, endsAt }) : signedInAs({ person, url, endsAt }));
  return EXIT.done;
}

/** The sign-in to decide with. Rejects with `unauthenticated` when there is none, it is over, or of other pages. */
export async function signedIn({
  world,
  settings,
}: Pick<CommandContext, 'world' | 'settings'>): Promise<Login> {
  const url = approvalsUrl(settings);
  const login = await readLogin(loginFile(settings));
  if (login === undefined)
    throw new CountersignError(
      'unauthenticated',
      'Cannot continue: nobody is signed in; sign in first: countersign login',
    );
  if (new Date(login.endsAt) <= world.now())
    throw new CountersignError(
      'unauthenticated',
      `Cannot continue: the sign-in ended at ${login.endsAt}; sign in again: countersign login`,
    );
  if (login.url !== url)
    throw new CountersignError(
      'unauthenticated',
      `Cannot continue: the sign-in is of "${login.url}", wanted "${url}"; sign in again: countersign login`,
    );
  return login;
}

async function settled(client: ApprovalsClient, asked: LoginAnswer, world: CliWorld): Promise<Settled> {
  const { device, expiresAt, pollSeconds } = asked;
  const startedAt = world.now().getTime();
  const endsAt = Math.min(new Date(expiresAt).getTime(), startedAt + WAIT_MS_MAX);
  let saidMinutes = Number.POSITIVE_INFINITY;
  for (;;) {
    const answer = await client.loginToken(device);
    if (answer.status !== 'pending') return answer;
    const leftMs = endsAt - world.now().getTime();
    if (leftMs <= 0) return { status: 'expired' };
    const minutes = Math.ceil(leftMs / 60_000);
    if (minutes < saidMinutes)
      world.err(`Waiting until you allow it there, ${minutes} min left (Ctrl-C ends it and keeps nothing)\n`);
    saidMinutes = minutes;
    await pause(Math.min(pollSeconds * 1000, leftMs));
  }
}

/** The token goes to the pages that gave it, whatever is configured meanwhile. */
async function end({ url, token, endsAt }: Login, world: CliWorld): Promise<void> {
  try {
    await createApprovalsClient(url, world).logout(token);
  } catch (cause) {
    if (cause instanceof CountersignError && cause.code === 'unauthenticated') return;
    throw new CountersignError(
      'unavailable',
      `Cannot end the sign-in at "${url}": it gives no answer; the token is removed here and ends by itself at ${endsAt}`,
      { cause },
    );
  }
}

function signedInAs({ person, url, endsAt }: Omit<Login, 'token'>): string {
  return `Signed in as ${printable(person)} at ${printable(url)} until ${endsAt}\n`;
}

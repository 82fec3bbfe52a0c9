/** `/countersign`: list, show, why, help. It reads only; there is no approving by text. Every answer is private. */

import { outside, outsideLine } from '../../approvals/outside-text.ts';
import { needsWords, TIER_WORDS, VERDICT_WORDS } from '../../approvals/wording.ts';
import { shortDigest } from '../../domain/digest.ts';
import type { Person } from '../../domain/people.ts';
import { utc } from '../cards/blocks.ts';
import { COMMAND } from '../cards/pointer.ts';
import { identify } from '../clicker.ts';
import { command } from '../interaction.schema.ts';
import type { Desk } from '../ports.ts';
import { type Reply, replyInTime, tell } from '../reply.ts';
import { spoken } from '../spoken.ts';
import type { StandingOf } from '../standing.ts';

const LISTED_MAX = 15;
const ANSWER = { charsMax: 2_000 } as const;

const HELP = [
  `${COMMAND} list: what waits for people, what you may decide first`,
  `${COMMAND} show <request>: what Countersign itself knows of a request; compare it with a card you doubt`,
  `${COMMAND} why <request>: which rules decided, and their sentences`,
  'Requests are decided on their cards only.',
].join('\n');

export type CommandAck = ReturnType<typeof spoken> & { readonly response_type: 'ephemeral' };

/** Answers one command privately. People the directory does not know get a refusal, never content. */
export async function onCommand(
  desk: Desk,
  standingOf: StandingOf,
  { body, ack }: { readonly body: unknown; readonly ack: (answer?: CommandAck) => Promise<void> },
): Promise<void> {
  const parsed = command.safeParse(body);
  if (!parsed.success) return ack();
  const { api_app_id: app, team_id: team, user_id: user, text } = parsed.data;
  const work = async (): Promise<Reply> => {
    const who = await identify(desk, standingOf, { app, team, user });
    if (who.kind === 'foreign') return { kind: 'done' };
    return tell(who.kind === 'refused' ? who.sentence : await answerTo(desk, who.person, text));
  };
  const reply = await replyInTime(work(), desk.log);
  if (reply.kind !== 'tell') return ack();
  await ack({ response_type: 'ephemeral', ...spoken(reply.sentence) });
}

async function answerTo(desk: Desk, person: Person, text: string): Promise<string> {
  const [verb = '', id = '', ...more] = text.trim().split(/\s+/);
  if (more.length > 0) return HELP;
  if (verb === 'list' && id === '') return list(desk, person);
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(id)) return HELP;
  if (verb === 'show') return show(desk, id);
  return verb === 'why' ? why(desk, id) : HELP;
}

async function list({ inbox, names }: Desk, person: Person): Promise<string> {
  const open = await inbox.list();
  const mine = open.filter(
    ({ needs, excluded }) =>
      !excluded.includes(person.id) &&
      needs.some(({ groups }) => groups.some((group) => person.groups.includes(group))),
  );
  if (open.length === 0) return 'Nothing waits for people';
  const ordered = [...mine, ...open.filter((approval) => !mine.includes(approval))];
  const lines = ordered.slice(0, LISTED_MAX).map((approval) => {
    const whose = mine.includes(approval)
      ? 'you may decide'
      : `needs ${needsWords(approval.needs, names.group)}`;
    return `- ${approval.request}: ${outsideLine(approval.title, 80)} (${TIER_WORDS[approval.tier]}, ${whose}, until ${utc(approval.expiresAt)})`;
  });
  const left = ordered.length - lines.length;
  const head = `${open.length} waiting, ${mine.length} for you`;
  return outside([head, ...lines, ...(left > 0 ? [`and ${left} more`] : [])].join('\n'), ANSWER);
}

async function show({ requests, names }: Desk, id: string): Promise<string> {
  const view = await requests.view(id);
  if (view === undefined) return `Countersign knows no request "${id}": a card that names it is not ours`;
  const code = view.digest === undefined ? 'none yet' : shortDigest(view.digest);
  const steps = view.steps.map((step, index) => `${index + 1}. ${step.tool}: ${step.status}`);
  const closed = view.outcome === undefined ? '' : ` (${view.outcome})`;
  return outside(
    [
      `${view.id}: ${view.status}${closed}, version ${view.version}, code ${code}, asked by ${names.agent(view.agent)}`,
      ...steps,
    ].join('\n'),
    ANSWER,
  );
}

async function why({ requests }: Desk, id: string): Promise<string> {
  const view = await requests.view(id);
  if (view === undefined) return `Countersign knows no request "${id}"`;
  const lines = view.steps.flatMap(({ tool, verdict }, index) => [
    `${index + 1}. ${tool}: ${verdict === undefined ? 'not judged yet' : VERDICT_WORDS[verdict.effect]}`,
    ...(verdict?.rules ?? []).map((rule) => `    ${rule.sentence} (rule ${rule.id})`),
  ]);
  return outside(
    [`${id} was judged under policy ${view.policyVersion ?? 'not known yet'}:`, ...lines].join('\n'),
    ANSWER,
  );
}

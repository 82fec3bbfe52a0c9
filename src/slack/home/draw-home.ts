/** The home tab as blocks. Pure, within Slack's 100; outside words stand in plain text only. */
import type { Button, HomeView, KnownBlock } from '@slack/types';
import type { Names } from '../../approvals/names.ts';
import { outside, outsideLine } from '../../approvals/outside-text.ts';
import { stopWords } from '../../approvals/pause.ts';
import { bothClocks } from '../../approvals/wall-clock.ts';
import { OUTCOME_WORDS, TIER_WORDS } from '../../approvals/wording.ts';
import { shortDigest } from '../../domain/digest.ts';
import type { GrantStanding } from '../../domain/standing-grant.ts';
import { context, header, plain, section } from '../cards/blocks.ts';
import type { AwayRow, HomeFacts, PauseRow, Shelf } from './home-facts.ts';
import { HOME_ACTIONS } from './ids.ts';

const BLOCKS_MAX = 100;
const TITLE_CHARS_MAX = 120;
/** Lines that need no button share blocks. */
const LINES_PER_BLOCK = 10;

/** Draws what one person sees. */
export function drawHome(facts: HomeFacts, names: Names): HomeView {
  const { person, now } = facts;
  const clock = (instant: string) => bothClocks(instant, person.timeZone);
  const draw: Draw = { clock, names, person: person.id };
  const blocks = [
    ...waiting(facts, draw),
    ...asked(facts, draw),
    ...decided(facts, draw),
    ...grants(facts, draw),
    ...away(facts, draw),
    ...pause(facts, draw),
    context(`As of ${clock(now.toISOString())}. You are ${outsideLine(person.name, 80)} (${person.id}).`),
  ];
  return { type: 'home', blocks: bounded(blocks) };
}

/** For somebody who may not see any of it. */
export function drawRefusal(sentence: string): HomeView {
  return {
    type: 'home',
    blocks: [
      header('Countersign'),
      section(outside(sentence, { charsMax: 500 })),
      context(
        'Members of this workspace link their account with /countersign link, or ask an operator for access.',
      ),
    ],
  };
}

interface Draw {
  readonly clock: (instant: string) => string;
  readonly names: Names;
  readonly person: string;
}

function waiting({ waiting: shelf }: HomeFacts, { clock, names }: Draw): readonly KnownBlock[] {
  return part('Waiting for me', shelf, {
    empty:
      'Nothing waits for you. You are asked when you are in a group that a rule names; an operator adds you to one.',
    row: ({ approval, standingInFor, url }) => {
      const { request, version, title, tier, expiresAt, digest, agent } = approval;
      const standing = standingInFor.length === 0 ? '' : `, for ${standingInFor.join(' and ')}`;
      const lines = [
        outsideLine(title, TITLE_CHARS_MAX),
        `${TIER_WORDS[tier]}, asked by ${names.agent(agent)}${standing}. Expires ${clock(expiresAt)}`,
        `${request} · version ${version} · code ${shortDigest(digest)}`,
      ];
      return row(
        lines.join('\n'),
        url === undefined
          ? undefined
          : { ...link('Open card', url), accessibility_label: `Open card of ${request}`.slice(0, 75) },
      );
    },
  });
}

function asked({ asked: shelf }: HomeFacts, { clock, names }: Draw): readonly KnownBlock[] {
  return lines("My agents' requests", shelf, {
    empty: 'Your agents asked for nothing, or you own none: an agent names its owner in agents.yaml.',
    line: ({ id, agent, tools, status, outcome, receivedAt }) =>
      `- ${id}: ${outsideLine(tools.join(', '), 80)}, by ${names.agent(agent)}, ${outcome ?? status}, ${clock(receivedAt)}`,
  });
}

function decided({ decided: shelf }: HomeFacts, { clock, names }: Draw): readonly KnownBlock[] {
  return lines('Recently decided (30 days)', shelf, {
    empty: 'Nothing that you decided, or that your agents asked for, ended in the last 30 days.',
    line: ({ request, title, agent, outcome, answer, closedAt }) => {
      const you = { approve: ', you approved', deny: ', you denied', none: '' }[answer ?? 'none'];
      const ended = outcome === undefined ? 'Closed' : OUTCOME_WORDS[outcome];
      return `- ${outsideLine(title, 80)}: ${ended}${you}. ${names.agent(agent)}, ${clock(closedAt)}, ${request}`;
    },
  });
}

function grants({ grants: shelf }: HomeFacts, draw: Draw): readonly KnownBlock[] {
  return part('Standing grants', shelf, {
    empty: 'You gave none. Some cards offer one with an approval.',
    row: (grant) =>
      row(grantWords(grant, draw), {
        ...button(HOME_ACTIONS.revokeGrant, 'Revoke', grant.id),
        confirm: confirm('Revoke this grant?', 'Steps that are to run under it go back to people.', 'Revoke'),
      }),
  });
}

function grantWords(
  { agent, tool, label, covers, usesMax, uses, until, id }: GrantStanding,
  { names, clock }: Draw,
) {
  const what =
    covers === 'target' ? `on ${outsideLine(label, 80)}` : `exactly as approved (${outsideLine(label, 80)})`;
  return `${names.agent(agent)} may ${tool} ${what}\n${uses} of ${usesMax} uses, until ${clock(until)}\n${outsideLine(id, 80)}`;
}

function away({ away: shelf }: HomeFacts, draw: Draw): readonly KnownBlock[] {
  return [
    ...part('Delegation and away', shelf, {
      empty: 'You are not away, and you stand in for nobody.',
      row: (one) =>
        row(
          awayWords(one, draw),
          one.role === 'delegate'
            ? undefined
            : {
                ...button(HOME_ACTIONS.endAbsence, 'End', one.absence.id),
                confirm: confirm(
                  'End this absence?',
                  'Nobody stands in any more. Both people are told.',
                  'End',
                ),
              },
        ),
    }),
    { type: 'actions', elements: [button(HOME_ACTIONS.setAway, 'Set…')] },
  ];
}

function awayWords({ absence, role, cut, coolOffUntil }: AwayRow, { names, clock }: Draw): string {
  const { person, delegate, from, until, note } = absence;
  const name = (id: string) => outsideLine(names.person(id), 80);
  const who = role === 'mine' ? 'You are' : `${name(person)} is`;
  const standIn =
    delegate === undefined
      ? 'Nobody stands in.'
      : cut
        ? `${name(delegate)} was named, but the two stand in for each other, so neither does.`
        : `${role === 'delegate' ? 'You stand' : `${name(delegate)} stands`} in.`;
  const cooling =
    coolOffUntil === undefined || cut
      ? ''
      : ` For high and critical risk only from ${clock(coolOffUntil)}: the delegate is new.`;
  const said = note === undefined ? '' : `\nNote: ${outsideLine(note, 300)}`;
  return `${who} away from ${clock(from)} until ${clock(until)}\n${standIn}${cooling}${said}`;
}

function pause({ pause: shelf }: HomeFacts, { names, clock }: Draw): readonly KnownBlock[] {
  return part('Pause', shelf, {
    empty: 'You own no agent. Owners pause their agents here, and operators anything.',
    row: ({ stop, halt, mayLift }: PauseRow) => {
      const what = stop.scope === 'agent' ? names.agent(stop.subject) : stopWords(stop);
      const name = outsideLine(
        what === stop.subject || stop.scope !== 'agent' ? what : `${what} (${stop.subject})`,
        120,
      );
      if (halt === undefined)
        return row(`${name}: running`, {
          ...button(
            HOME_ACTIONS.pause,
            'Pause…',
            stop.scope === 'everything' ? 'everything' : `${stop.scope}:${stop.subject}`,
          ),
          accessibility_label: `Pause ${name}`.slice(0, 75),
          ...(stop.scope === 'everything'
            ? {
                style: 'danger' as const,
                confirm: confirm(
                  'Pause everything?',
                  'You are asked for the reason next. Nothing of any agent runs then, approved or not.',
                  'Go on',
                ),
              }
            : {}),
        });
      const by = `by ${outsideLine(names.person(halt.by), 80)} since ${clock(halt.at)}`;
      return row(
        `${name}: PAUSED ${by}\n${outsideLine(halt.reason, 300)}`,
        mayLift
          ? {
              ...button(HOME_ACTIONS.resume, 'Resume', halt.id),
              accessibility_label: `Resume ${name}`.slice(0, 75),
              confirm: confirm('Resume?', `${name} runs again within a second.`.slice(0, 300), 'Resume'),
            }
          : undefined,
      );
    },
  });
}

function part<Row>(
  title: string,
  shelf: Shelf<Row>,
  { empty, row: drawn }: { readonly empty: string; readonly row: (row: Row) => KnownBlock },
): readonly KnownBlock[] {
  if (shelf === 'unreadable') return [header(title), unreadable()];
  const { rows, more } = shelf;
  if (rows.length === 0) return [header(title), context(empty)];
  return [header(title), ...rows.map(drawn), ...rest(more)];
}

function lines<Row>(
  title: string,
  shelf: Shelf<Row>,
  { empty, line }: { readonly empty: string; readonly line: (row: Row) => string },
): readonly KnownBlock[] {
  if (shelf === 'unreadable') return [header(title), unreadable()];
  const { rows, more } = shelf;
  if (rows.length === 0) return [header(title), context(empty)];
  const blocks = Array.from({ length: Math.ceil(rows.length / LINES_PER_BLOCK) }, (_, at) =>
    section(
      outside(
        rows
          .slice(at * LINES_PER_BLOCK, (at + 1) * LINES_PER_BLOCK)
          .map(line)
          .join('\n'),
        { charsMax: 2_900 },
      ),
    ),
  );
  return [header(title), ...blocks, ...rest(more)];
}

function rest(more: number): readonly KnownBlock[] {
  return more === 0
    ? []
    : [
        context(
          `And ${more} more that this page has no room for: see /countersign list, or the command line.`,
        ),
      ];
}

function unreadable(): KnownBlock {
  return context('This cannot be read at the moment. Open the tab again in a minute.');
}

function row(text: string, accessory?: Button): KnownBlock {
  const { type, text: words } = section(outside(text, { charsMax: 1_500, linesMax: 6 }));
  return {
    type,
    ...(words === undefined ? {} : { text: words }),
    ...(accessory === undefined ? {} : { accessory }),
  };
}

function button(action: string, label: string, value?: string): Button {
  return { type: 'button', action_id: action, text: plain(label), ...(value === undefined ? {} : { value }) };
}

function link(label: string, url: string): Button {
  return { type: 'button', action_id: HOME_ACTIONS.openLink, text: plain(label), url };
}

function confirm(title: string, text: string, yes: string) {
  return { title: plain(title), text: plain(text), confirm: plain(yes), deny: plain('Go back') };
}

/** Sections are bounded so that this cuts nothing; Slack would refuse the whole tab. */
function bounded(blocks: readonly KnownBlock[]): KnownBlock[] {
  if (blocks.length <= BLOCKS_MAX) return [...blocks];
  return [...blocks.slice(0, BLOCKS_MAX - 1), context('More than this page has room for.')];
}

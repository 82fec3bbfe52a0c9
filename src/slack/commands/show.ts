/** `show` and `why`: what Countersign itself knows of a request, to compare with a card one doubts (slack-approvals T23). */
import { outside } from '../../approvals/outside-text.ts';
import { bothClocks } from '../../approvals/wall-clock.ts';
import { VERDICT_WORDS } from '../../approvals/wording.ts';
import { shortDigest } from '../../domain/digest.ts';
import type { RequestView } from '../../domain/request.ts';
import type { AffairsDesk } from '../home/affairs.ts';
import { type Reply, tell } from '../reply.ts';
import type { CommandWork } from './command-work.ts';

const ANSWER = { charsMax: 2_000 } as const;
const ID = /^[A-Za-z0-9_-]{1,100}$/;
const CODE = /^[0-9a-f]{8}$/;

/** By the request's id, or by the short code on a waiting card. */
export function show(desk: AffairsDesk): CommandWork {
  return async ({ rest, person }) => {
    if (!ID.test(rest)) return undefined;
    const id = CODE.test(rest) ? await requestWithCode(desk, rest) : rest;
    if (id === undefined)
      return tell(`No waiting request has the code "${rest}": a card that shows it is not ours`);
    const view = await desk.requests.view(id);
    if (view === undefined)
      return tell(`Countersign knows no request "${id}": a card that names it is not ours`);
    return shown(desk, view, person.timeZone);
  };
}

export function why(desk: AffairsDesk): CommandWork {
  return async ({ rest }) => {
    if (!ID.test(rest)) return undefined;
    const view = await desk.requests.view(rest);
    if (view === undefined) return tell(`Countersign knows no request "${rest}"`);
    const lines = view.steps.flatMap(({ tool, verdict }, index) => [
      `${index + 1}. ${tool}: ${verdict === undefined ? 'not judged yet' : VERDICT_WORDS[verdict.effect]}`,
      ...(verdict?.rules ?? []).map((rule) => `    ${rule.sentence} (rule ${rule.id})`),
    ]);
    const head = `${rest} was judged under policy ${view.policyVersion ?? 'not known yet'}:`;
    return tell(outside([head, ...lines].join('\n'), ANSWER));
  };
}

/** Codes are for eyes and may repeat; two requests with one code are told apart by their ids. */
async function requestWithCode({ inbox }: AffairsDesk, code: string): Promise<string | undefined> {
  const found = (await inbox.list()).filter(({ digest }) => shortDigest(digest) === code);
  return found.length === 1 ? found[0]?.request : undefined;
}

function shown({ names }: AffairsDesk, view: RequestView, timeZone: string): Reply {
  const code = view.digest === undefined ? 'none yet' : shortDigest(view.digest);
  const steps = view.steps.map((step, index) => `${index + 1}. ${step.tool}: ${step.status}`);
  const closed = view.outcome === undefined ? '' : ` (${view.outcome})`;
  const waits =
    view.waitingFor === undefined ? [] : [`Waits until ${bothClocks(view.waitingFor.expiresAt, timeZone)}`];
  const lines = [
    `${view.id}: ${view.status}${closed}, version ${view.version}, code ${code}, asked by ${names.agent(view.agent)}`,
    `Asked ${bothClocks(view.receivedAt, timeZone)}`,
    ...waits,
    ...steps,
    'A card with another id, version or code is not of this request.',
  ];
  return tell(outside(lines.join('\n'), ANSWER));
}

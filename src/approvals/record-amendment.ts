/**
 * Turns an edit that one identified person made at some door into one signed amendment and makes it durable. The only
 * place where amendments are signed. Whether it counts, and whether policy lets the edited step be asked for, is the
 * workflow's answer; what could never count is refused here, so that the person hears it at once.
 */
import type { Amendment, HandedAmendment } from '../domain/amendment.ts';
import type { Ask } from '../domain/ask.ts';
import type { OpenApproval } from '../domain/card.ts';
import { askDigest } from '../domain/digest.ts';
import type { Person } from '../domain/people.ts';
import type { AmendmentSigner } from '../domain/ports.ts';
import { standingOf } from '../domain/tally.ts';
import type { Kept } from './desk.ts';
import { type HandOverDesk, handOver, idOf, type Recorded } from './hand-over.ts';
import { refusalSentence } from './refusal.ts';
import { asVoter } from './voters.ts';

/** Edited arguments longer than this as JSON are not handed over: history holds every one of them. */
export const AMENDED_BYTES_MAX = 64 * 1024;

/** The part of the orchestrator that doors for editing need. */
export interface AmendmentSink {
  /** Makes a signed amendment durable. `closed` when the request no longer runs. */
  amend(id: string, amendment: HandedAmendment): Promise<Kept>;
}

export interface AmendmentDesk extends Omit<HandOverDesk, 'requests'> {
  readonly requests: HandOverDesk['requests'] & AmendmentSink;
  readonly amendments: AmendmentSigner;
}

/** What a person made of one step, and where. */
export interface Edit {
  readonly person: Person;
  readonly approval: OpenApproval;
  readonly step: number;
  /** The step as it was shown, and as it is wanted. The tool is the same. */
  readonly was: Ask;
  readonly now: Ask;
  readonly reason: string;
  readonly surface: Amendment['surface'];
  /** What makes this edit this one and no other: a repeated delivery has the same parts. */
  readonly amendmentParts: readonly string[];
  readonly deliveryParts: readonly string[];
}

/** Resolves once the edit is durable. Rejects when that could not be achieved or is not known. */
export async function recordAmendment(desk: AmendmentDesk, edit: Edit): Promise<Recorded> {
  const sentence = whyNot(edit);
  if (sentence !== undefined) return { kind: 'refused', sentence };
  return handOver(desk, {
    ...edit,
    async keep(at) {
      const { request, version } = edit.approval;
      const jws = await desk.amendments.sign(amendmentOf(edit, at));
      const kept = await desk.requests.amend(request, { jws, args: edit.now.args });
      if (kept === 'recorded') {
        const { step } = edit;
        desk.log.info({ event: 'amendment-recorded', request, version, step }, 'Recorded an edit');
      }
      return kept;
    },
  });
}

/** Why this person may not edit this request as things are known at the door; undefined where they may. */
export function whyMayNotEdit(person: Person, approval: OpenApproval): string | undefined {
  const verdict = standingOf(asVoter(person), approval);
  if (verdict === 'eligible') return undefined;
  return refusalSentence(verdict, { ...approval, stage: 'waiting', person, doing: 'edit' });
}

function whyNot(edit: Edit): string | undefined {
  const { was, now } = edit;
  if (was.tool !== now.tool) return 'An edit cannot put another tool in the place of a step';
  if (askDigest(was) === askDigest(now)) return 'Nothing differs from what is asked; nothing was recorded';
  const bytes = Buffer.byteLength(JSON.stringify(now.args));
  if (bytes > AMENDED_BYTES_MAX)
    return `The edited step has ${bytes} bytes, at most ${AMENDED_BYTES_MAX} are taken`;
  return whyMayNotEdit(edit.person, edit.approval);
}

function amendmentOf(edit: Edit, at: Date): Amendment {
  const { approval, person, step, was, now, reason, surface } = edit;
  return {
    id: idOf('amendment', edit.amendmentParts),
    request: approval.request,
    version: approval.version,
    digest: approval.digest,
    step,
    was: askDigest(was),
    ask: askDigest(now),
    person: person.id,
    reason,
    surface,
    at: at.toISOString(),
  };
}

/** The modals' own work: denying with a reason, approving after review, asking the agent. */
import { REASON_CHARS_MAX } from '../../approvals/claims.schema.ts';
import { refusalOf } from '../../approvals/hand-over.ts';
import { isTyped, phraseToType } from '../../approvals/phrase.ts';
import { recordDecision } from '../../approvals/record-decision.ts';
import { recordQuestion } from '../../approvals/record-question.ts';
import type { OpenApproval } from '../../domain/card.ts';
import type { Answer } from '../../domain/decision.ts';
import { QUESTION_CHARS_MAX } from '../../domain/question.ts';
import { FIELDS } from '../cards/pointer.ts';
import type { Submission } from '../interaction.schema.ts';
import type { Desk } from '../ports.ts';
import { DONE, tell } from '../reply.ts';
import { type SubmissionWork, typed } from './on-submission.ts';

/** Records the decision in a submitted modal. */
export function decide(desk: Desk, answer: Answer): SubmissionWork {
  return async ({ sent, person, approval }) => {
    const { team, user, view } = sent;
    const reason = typed(sent, FIELDS.reason);
    const errors = {
      ...reasonErrors(reason),
      ...(answer === 'approve' ? await targetErrors(desk, approval, sent) : {}),
    };
    const parts = [team.id, user.id, view.id, view.callback_id];
    const deliveryParts = [...parts, sent.trigger_id ?? ''];
    const said = { person, approval, surface: 'slack', deliveryParts } as const;
    if (Object.keys(errors).length > 0) {
      void desk.oversight.refused(refusalOf(said, 'incomplete'));
      return { kind: 'errors', errors };
    }
    const recorded = await recordDecision(desk, {
      ...said,
      answer,
      reason,
      assurance: 'reviewed',
      decisionParts: parts,
    });
    if (recorded.kind === 'recorded') return DONE;
    // A longer reason is all that is wanted of whoever has reviewed.
    return recorded.why === 'slow-down' ? wrong(FIELDS.reason, recorded.sentence) : tell(recorded.sentence);
  };
}

/** Records the question in a submitted modal; one modal asks once, however often it is delivered. */
export function ask(desk: Desk): SubmissionWork {
  return async ({ sent, person, approval }) => {
    const text = typed(sent, FIELDS.question);
    if (text === '') return wrong(FIELDS.question, 'Please write what you want to know');
    if (text.length > QUESTION_CHARS_MAX)
      return wrong(FIELDS.question, `At most ${QUESTION_CHARS_MAX} characters`);
    const { team, user, view } = sent;
    const parts = [team.id, user.id, view.id, view.callback_id];
    const recorded = await recordQuestion(desk, { person, approval, text, surface: 'slack', parts });
    return recorded.kind === 'recorded' ? DONE : tell(recorded.sentence);
  };
}

function wrong(field: string, problem: string) {
  return { kind: 'errors', errors: { [field]: problem } } as const;
}

/** What is wrong with a reason that has to be given. */
export function reasonErrors(reason: string): Readonly<Record<string, string>> {
  if (reason === '') return { [FIELDS.reason]: 'Please say why; the reason is kept with your decision' };
  return reason.length > REASON_CHARS_MAX
    ? { [FIELDS.reason]: `At most ${REASON_CHARS_MAX} characters` }
    : {};
}

async function targetErrors(
  { cards }: Desk,
  { request, version }: OpenApproval,
  sent: Submission,
): Promise<Readonly<Record<string, string>>> {
  const card = await cards.current(request, version);
  if (card === undefined)
    return { [FIELDS.target]: 'The request cannot be read at the moment; please try again' };
  const wanted = phraseToType(card.wantedView);
  return isTyped(typed(sent, FIELDS.target), wanted) ? {} : { [FIELDS.target]: `Type exactly: ${wanted}` };
}

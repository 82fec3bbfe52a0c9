/** What can be pressed: denying always, with a reason; approving by what the risk asks for. */
import type { ComponentChildren, VNode } from 'preact';
import { REASON_CHARS_MAX } from '../../approvals/claims.schema.ts';
import type { RiskTier } from '../../domain/verdict.ts';
import { type Looker, Token } from './layout.tsx';

export interface AnswerFormsProps {
  readonly pointer: string;
  readonly looker: Looker;
  readonly once: string;
  readonly tier: RiskTier;
  readonly hasPasskey: boolean;
  /** What is typed by hand to confirm. */
  readonly phrase: string;
  /** Exactly what is decided on, in words. */
  readonly what: string;
}

export function AnswerForms(props: AnswerFormsProps): VNode {
  const { tier, hasPasskey } = props;
  return (
    <div class="answers">
      {tier === 'critical' && !hasPasskey && <NoPasskey />}
      {hasPasskey && (tier === 'critical' || tier === 'high') && <ByPasskey {...props} />}
      {tier === 'high' && <ByTyping {...props} />}
      {(tier === 'low' || tier === 'medium') && <ByButton {...props} />}
      <Deny {...props} />
    </div>
  );
}

function NoPasskey(): VNode {
  return (
    <p class="notice">
      A critical request is approved with a passkey only, and you have none yet.{' '}
      <a href="/passkeys">Add a passkey</a>, then come back here. Denying needs none.
    </p>
  );
}

function ByPasskey(props: AnswerFormsProps): VNode {
  return (
    <Answer {...props} answer="approve" title="Approve with your passkey" ceremony>
      <Reason id="passkey-reason" hint="Kept with your approval." />
      <button type="submit" class="primary">
        Approve with passkey
      </button>
      <noscript>Passkeys need JavaScript, which is switched off in this browser.</noscript>
    </Answer>
  );
}

function ByTyping(props: AnswerFormsProps): VNode {
  return (
    <Answer {...props} answer="approve" title="Approve by typing the target">
      <div class="field">
        <label for="target">
          Type this to confirm: <code>{props.phrase}</code>
        </label>
        <input id="target" name="target" required maxLength={200} autocomplete="off" spellcheck={false} />
      </div>
      <Reason id="approve-reason" hint="Kept with your approval." />
      <button type="submit" class="primary">
        Approve
      </button>
    </Answer>
  );
}

function ByButton(props: AnswerFormsProps): VNode {
  return (
    <Answer {...props} answer="approve" title="Approve">
      <p>You approve exactly what is shown above: {props.what}. It is recorded under your name.</p>
      <Reason id="approve-reason" hint="May stay empty, unless a rule above asks for one." optional />
      <button type="submit" class="primary">
        Approve
      </button>
    </Answer>
  );
}

function Deny(props: AnswerFormsProps): VNode {
  return (
    <Answer {...props} answer="deny" title="Deny">
      <Reason id="deny-reason" hint="The agent and its owner will read this. One denial ends the request." />
      <button type="submit">Deny</button>
    </Answer>
  );
}

function Answer({
  answer,
  title,
  ceremony = false,
  pointer,
  looker,
  once,
  what,
  children,
}: AnswerFormsProps & {
  readonly answer: 'approve' | 'deny';
  readonly title: string;
  readonly ceremony?: boolean;
  readonly children: ComponentChildren;
}): VNode {
  const path = `/decide/${pointer}`;
  return (
    <form
      method="post"
      action={path}
      aria-label={`${title}, ${what}`}
      {...(ceremony ? { 'data-ceremony': `${path}/challenge` } : {})}
    >
      <h3>{title}</h3>
      <Token looker={looker} />
      <input type="hidden" name="once" value={once} />
      <input type="hidden" name="answer" value={answer} />
      {ceremony && <input type="hidden" name="assertion" value="" />}
      {children}
      {ceremony && <p class="trouble" role="alert" />}
    </form>
  );
}

function Reason({
  id,
  hint,
  optional = false,
}: {
  readonly id: string;
  readonly hint: string;
  readonly optional?: boolean;
}): VNode {
  return (
    <div class="field">
      <label for={id}>Reason{optional ? ' (optional)' : ''}</label>
      <textarea
        id={id}
        name="reason"
        rows={2}
        maxLength={REASON_CHARS_MAX}
        required={!optional}
        aria-describedby={`${id}-hint`}
      />
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  );
}

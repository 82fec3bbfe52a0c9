import type { ComponentChildren } from 'preact';
import type { RequestView } from '../../../domain/request.ts';
import { useNow } from '../data/use-now.ts';
import { RequestChip } from '../ui/chip.tsx';
import { Icon } from '../ui/icons.tsx';
import { timeLeft } from '../ui/span.ts';

const EFFECTS = {
  none: 'Nothing stands in the outside world',
  some: 'A part of it stands in the outside world',
  all: 'All of it stands in the outside world',
} as const;

/** How the request stands: outcome, what remains of it outside, the sentence the agent got. */
export function StatusHead({ view, temporalUrl }: { view: RequestView; temporalUrl: string }) {
  return (
    <header class="status">
      <div class="status-line">
        <RequestChip status={view.status} outcome={view.outcome} />
        <span class="status-agent">{view.agent}</span>
        <a class="status-link" href={temporalUrl} target="_blank" rel="noopener noreferrer">
          History in Temporal <Icon name="out" size={13} />
        </a>
      </div>
      {view.message !== undefined && <p class="status-message">{view.message}</p>}
      {view.waitingFor !== undefined && <Waiting waiting={view.waitingFor} />}
      <dl class="status-facts">
        {view.effects !== undefined && <Fact label="Effects">{EFFECTS[view.effects]}</Fact>}
        {view.mayRevise !== undefined && (
          <Fact label="Revise">
            {view.mayRevise ? 'The agent may ask again in another form' : 'Asking again will not help'}
          </Fact>
        )}
        <Fact label="Request">
          <code>{view.id}</code>
        </Fact>
        <Fact label="Version">
          {view.version}
          {view.digest !== undefined && (
            <>
              {' '}
              · digest <code>{view.digest.slice(0, 8)}</code>
            </>
          )}
          {view.policyVersion !== undefined && (
            <>
              {' '}
              · policy <code>{view.policyVersion}</code>
            </>
          )}
        </Fact>
      </dl>
    </header>
  );
}

function Waiting({ waiting }: { waiting: NonNullable<RequestView['waitingFor']> }) {
  const now = useNow(1000);
  const places = Array.from({ length: waiting.need }, (_, index) => index < waiting.have);
  return (
    <div class="waiting">
      <span class="waiting-places" aria-hidden="true">
        {places.map((filled, index) => (
          <i key={index} class={filled ? 'place place-filled' : 'place'} />
        ))}
      </span>
      <p>
        <strong>
          {waiting.have} of {waiting.need}
        </strong>{' '}
        approvals from {waiting.groups.join(', ')}
        <span class="waiting-time">{timeLeft(new Date(waiting.expiresAt), now)} left</span>
      </p>
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

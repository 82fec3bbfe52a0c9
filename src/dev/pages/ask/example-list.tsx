import type { Example, World } from '../../sandbox/api.ts';
import { Chip } from '../ui/chip.tsx';

interface ExampleListProps {
  readonly world: World;
  readonly agent: string;
  readonly chosen: Example | undefined;
  readonly onChoose: (example: Example) => void;
}

/** The prepared requests, by agent; the group of the chosen agent is open. */
export function ExampleList({ world, agent, chosen, onChoose }: ExampleListProps) {
  const groups = world.agents
    .map(({ id }) => ({ id, examples: world.examples.filter((example) => example.agent === id) }))
    .filter(({ examples }) => examples.length > 0);
  return (
    <div class="examples">
      {groups.map(({ id, examples }) => (
        <details key={`${id} ${id === agent}`} open={id === agent}>
          <summary>
            {id} <span class="count">{examples.length}</span>
          </summary>
          <ul>
            {examples.map((example) => (
              <li key={example.name}>
                <button
                  type="button"
                  class="example"
                  aria-pressed={example === chosen}
                  title={`${example.name}: ${outcomeWords(example)}`}
                  onClick={() => onChoose(example)}
                >
                  <span class="example-name">{example.name}</span>
                  <Chip word={example.expect.effect} />
                </button>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </div>
  );
}

/** How a prepared request is expected to end. */
export function outcomeWords({ expect }: Example): string {
  return `policy says ${expect.effect}, ends as ${expect.outcome.replaceAll('_', ' ')}`;
}

const THEN: Readonly<Record<NonNullable<Example['then']>, string>> = {
  deny: 'Deny it in Slack, with a reason.',
  'nobody-answers': 'Leave its card alone until the time is up.',
  'agent-cancels': 'Press “Cancel request” on the right while it waits.',
  'target-drifts': 'While it waits, press “Move the branch” on the right, then approve.',
  'operator-halts': 'While it waits, press “Halt everything” on the right, then approve.',
};

/** What to do after sending a prepared request to see it end as expected. */
export function ExampleHint({ example }: { example: Example }) {
  const approve =
    example.expect.effect === 'approve' ? 'Approve it in Slack as somebody who may.' : undefined;
  const next = example.then === undefined ? approve : THEN[example.then];
  return (
    <p class="example-hint">
      Expected: <Chip word={example.expect.effect} /> then <Chip word={example.expect.outcome} />
      {next !== undefined && <span>{next}</span>}
    </p>
  );
}

import { Avatar } from './avatar.tsx';
import type { Somebody } from './workspace-words.ts';

interface PersonChooserProps {
  readonly people: readonly Somebody[];
  readonly chosen: Somebody | undefined;
  /** Slack users whom the selected request waits for; they are marked. */
  readonly asked: readonly string[];
  readonly onChoose: (slackUser: string) => void;
}

/** Whose Slack this is: one radio button a person, so that arrow keys walk through them. */
export function PersonChooser({ people, chosen, asked, onChoose }: PersonChooserProps) {
  return (
    <div class="people">
      <fieldset class="people-row">
        <legend class="visually-hidden">See Slack as</legend>
        {people.map((person) => {
          const isAsked = asked.includes(person.slackUser);
          const note = isAsked ? ' · asked by the selected request' : '';
          return (
            <label
              key={person.slackUser}
              class={isAsked ? 'person person-asked' : 'person'}
              title={`${person.name}: ${person.role}${note}`}
            >
              <input
                type="radio"
                name="person"
                value={person.slackUser}
                checked={person === chosen}
                onChange={() => onChoose(person.slackUser)}
              />
              <Avatar id={person.slackUser} name={person.name} small />
              <span class="person-name">{person.name.split(' ')[0]}</span>
            </label>
          );
        })}
      </fieldset>
      {chosen !== undefined && (
        <p class="people-role">
          {asked.length > 0 && <em>● asked by the selected request</em>}
          You see Slack as <strong>{chosen.name}</strong> <span>{chosen.role}</span>
        </p>
      )}
    </div>
  );
}

/** What must hold between the files of an organisation: every name points to something, and nothing is named twice. */
import type { FieldProblem } from '../domain/errors.ts';
import type { Organisation } from './people.ts';

/** Every broken reference and every double; empty when the organisation holds together. */
export function crossCheck(organisation: Organisation): readonly FieldProblem[] {
  return [
    ...doubles(organisation),
    ...unknownGroups(organisation),
    ...unknownOwners(organisation),
    ...unknownInSettings(organisation),
  ];
}

function doubles({ groups, people, agents }: Organisation): readonly FieldProblem[] {
  return [
    ...repeated(
      groups.map((group) => group.id),
      'people.yaml/groups',
    ),
    ...repeated(
      people.map((person) => person.id),
      'people.yaml/people',
    ),
    ...repeated(
      agents.map((agent) => agent.id),
      'agents.yaml/agents',
    ),
    // One identity for two agents would let a token choose between their powers.
    // One identity for two people would let one human fill two places of a quorum.
    ...repeated(
      people.flatMap(({ identities = [] }) =>
        identities.map(({ issuer, subject }) => `${issuer} ${subject}`),
      ),
      'people.yaml/people',
    ),
    ...repeated(
      agents.flatMap(({ identities }) => identities.map(({ issuer, subject }) => `${issuer} ${subject}`)),
      'agents.yaml/agents',
    ),
    // One Slack user for two people would let one human fill two places of a quorum.
    ...repeated(
      people.flatMap(({ slack }) => (slack === undefined ? [] : [`${slack.team}/${slack.user}`])),
      'people.yaml/people',
    ),
  ];
}

function repeated(ids: readonly string[], field: string): readonly FieldProblem[] {
  const twice = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  return [...twice].map((id) => ({ field, problem: `"${id}" appears more than once` }));
}

function unknownGroups({ groups, people, operators }: Organisation): readonly FieldProblem[] {
  const known = new Set(groups.map((group) => group.id));
  const strange =
    operators === undefined || known.has(operators)
      ? []
      : [{ field: 'people.yaml/operators', problem: `group "${operators}" is not defined` }];
  const ofPeople = people.flatMap((person) =>
    person.groups
      .filter((group) => !known.has(group))
      .map((group) => ({
        field: `people.yaml/people/${person.id}`,
        problem: `group "${group}" is not defined`,
      })),
  );
  return [...strange, ...ofPeople];
}

function unknownOwners({ people, agents }: Organisation): readonly FieldProblem[] {
  const known = new Set(people.map((person) => person.id));
  return agents.flatMap(({ id, owner, editor = owner }) =>
    Object.entries({ owner, editor })
      .filter(([, person]) => !known.has(person))
      .map(([what, person]) => ({
        field: `agents.yaml/agents/${id}`,
        problem: `${what} "${person}" is not a person`,
      }))
      .slice(0, 1),
  );
}

function unknownInSettings({ groups, slack, approvals }: Organisation): readonly FieldProblem[] {
  const { breakGlass, alerts, review } = approvals;
  const named = (what: string, name: string | undefined, known: readonly string[]) =>
    name === undefined || known.includes(name)
      ? []
      : [{ field: `approvals.yaml/${what}`, problem: `"${name}" is not defined` }];
  const groupIds = groups.map(({ id }) => id);
  const channels = Object.keys(slack.channels);
  return [
    ...named('breakGlass/group', breakGlass?.group, groupIds),
    ...named('breakGlass/channel', breakGlass?.channel, channels),
    ...named('alerts/channel', alerts?.channel, channels),
    ...named('review/group', review?.group, groupIds),
  ];
}

/** Deliberate mistakes in a bundle, each beside the words with which the loader must report it. */
import type { PolicyTool } from '../../src/policy/vocabulary.ts';
import { AUTHORITY, type BundleText, GATES, line, NAMES, PERMISSIONS, TIERS } from './sample.ts';

const block = (text: string) => ({ authority: AUTHORITY + text });
const gate = (text: string) => ({ gates: GATES + text });
const inGates = (from: string, to: string, tiers = TIERS) => ({ gates: GATES.replace(from, to), tiers });
const inAuthority = (from: string, to: string) => ({ authority: AUTHORITY.replace(from, to) });
const inLines = (from: string, to: string) => ({ permissions: PERMISSIONS.replace(from, to) });
const lines = (...more: string[]) => ({ permissions: PERMISSIONS + more.join('') });
const pays = { effect: 'money', tools: 'pay.refund', scope: 'pay/cards' } as const;
const LOOK: PolicyTool = {
  name: 'crm.look',
  effect: 'read',
  reversibility: 'reversible',
  smaller: [],
  policyFacts: {},
};
const ACCESS: PolicyTool = {
  name: 'access.request',
  effect: 'write',
  reversibility: 'reversible',
  smaller: [],
  policyFacts: { minutes: 'long' },
};
const WITH_ACCESS = { names: { tools: [...NAMES.tools, ACCESS] } };
const ON_REQUEST = ', on: request, atMostMinutes: 30';
const FORBID = 'forbid (principal, action == Action::"crm.look", resource);';
const NOTICE = '@owner("sam") @gate("notify") @channel("notices") @reason("X is told.")';

export const MISTAKES: readonly (readonly [string, BundleText, string])[] = [
  [
    'an attribute misspelt',
    inAuthority('principal.suspended', 'principal.suspendd'),
    'did you mean `suspended`',
  ],
  [
    'a context field misspelt',
    inGates('context.confidence', 'context.confidnce'),
    'did you mean `confidence`',
  ],
  [
    'a tool misspelt',
    inGates('Action::"crm.edit"', 'Action::"crm.edti"'),
    'did you mean `Action::"crm.edit"`',
  ],
  [
    'an enum value misspelt',
    gate(
      `@id("extra") ${NOTICE} forbid (principal, action, resource) when { context.environment == Environment::"prdo" };`,
    ),
    '`"prdo"` is not declared',
  ],
  [
    'a trait misspelt',
    gate(
      `@id("extra") ${NOTICE} forbid (principal, action, resource) when { resource.traits.contains(Trait::"admin") };`,
    ),
    '`"admin"` is not declared',
  ],
  [
    'a comparison of wrong types',
    gate(`@id("extra") ${NOTICE} forbid (principal, action, resource) when { context.amountCents < true };`),
    'unexpected type',
  ],
  [
    'a bad decimal',
    inGates('decimal("0.8")', 'decimal("0,8")'),
    'rule "unsure": error during extension function argument validation',
  ],
  [
    'a rule that can never fire',
    gate(
      `@id("extra") ${NOTICE} forbid (principal, action == Action::"crm.look", resource) when { action == Action::"crm.edit" };`,
    ),
    'policy is impossible',
  ],
  [
    'a missing semicolon',
    inAuthority('when { principal.suspended };', 'when { principal.suspended }'),
    'unexpected end of input',
  ],
  [
    'the same annotation twice',
    inGates('@quorum("2")', '@quorum("2") @quorum("3")'),
    'duplicate annotation: @quorum',
  ],
  [
    'an annotation key misspelt',
    inGates('@quorum("2")', '@quorm("2")'),
    'rule "erase" has an annotation @quorm: wanted none of that name here',
  ],
  [
    'an annotation missing',
    inGates('@quorum("2")', ''),
    'rule "erase" has no @quorum: wanted a whole number from 1 to 10',
  ],
  [
    'a gate kind misspelt',
    inGates('@gate("notify")', '@gate("notfy")'),
    'rule "edit-notice" has @gate "notfy": wanted approval, notify or downscope',
  ],
  [
    'a rule in gates without a kind',
    gate('@id("extra") @owner("sam") @reason("X is told.") forbid (principal, action, resource);'),
    'rule "extra" has no @gate: wanted approval, notify or downscope',
  ],
  ['a quorum in words', inGates('@quorum("2")', '@quorum("two")'), 'rule "erase" has @quorum "two"'],
  ['a quorum of nobody', inGates('@quorum("2")', '@quorum("0")'), 'rule "erase" has @quorum "0"'],
  [
    'a tier misspelt',
    inGates('@tier("high")', '@tier("hihg")'),
    'has @tier "hihg": wanted low, medium, high or critical',
  ],
  ['a wait without unit', inGates('@ttl("2h")', '@ttl("2")'), 'has @ttl "2": wanted a duration'],
  ['a wait beyond a month', inGates('@ttl("2h")', '@ttl("31d")'), 'has @ttl "31d": wanted a duration'],
  [
    'a rule without @id',
    block(`@owner("sam") @reason("X may.") ${FORBID}`),
    'rule without @id has no @id: wanted a name of its own',
  ],
  [
    'an id that verdicts use themselves',
    block(`@id("engine-error") @owner("sam") @reason("X may.") ${FORBID}`),
    'has @id "engine-error"',
  ],
  [
    'a rule without @reason',
    block(`@id("extra") @owner("sam") ${FORBID}`),
    'rule "extra" has no @reason: wanted one sentence',
  ],
  [
    'a reason of two sentences',
    block(`@id("extra") @owner("sam") @reason("X is told. Y too.") ${FORBID}`),
    'wanted one sentence, not several',
  ],
  [
    'a reason without a full stop',
    block(`@id("extra") @owner("sam") @reason("X may") ${FORBID}`),
    'wanted one sentence with a capital and a full stop',
  ],
  [
    'a reason too long for a card',
    block(`@id("extra") @owner("sam") @reason("X${' may'.repeat(50)}.") ${FORBID}`),
    'wanted at most 160 characters',
  ],
  [
    'an id used twice in a file',
    block(`@id("suspended") @owner("sam") @reason("X may.") ${FORBID}`),
    'rule "suspended" is there twice',
  ],
  [
    'an id used in both files',
    gate(`@id("suspended") ${NOTICE} forbid (principal, action, resource);`),
    'gates.cedar:17: rule "suspended" is there twice',
  ],
  [
    'a permit among the gates',
    gate(`@id("extra") ${NOTICE} permit (principal, action == Action::"crm.look", resource);`),
    'rule "extra" permits: wanted only forbids',
  ],
  [
    'a gate annotation on a block',
    inAuthority('@reason("A suspended', '@gate("notify") @reason("A suspended'),
    'rule "suspended" has an annotation @gate',
  ],
  [
    'an unknown scope in a condition',
    gate(
      `@id("extra") ${NOTICE} forbid (principal, action, resource) unless { resource in [Scope::"crm/peolpe"] };`,
    ),
    'names the scope "crm/peolpe"',
  ],
  [
    'an unknown agent',
    gate(`@id("extra") ${NOTICE} forbid (principal == Agent::"clerk-9", action, resource);`),
    'names the agent "clerk-9"',
  ],
  [
    'a single target',
    gate(`@id("extra") ${NOTICE} forbid (principal, action, resource == Target::"crm/people#7");`),
    'names the single target "crm/people#7"',
  ],
  [
    'an unknown group of approvers',
    inGates('@approvers("leads")', '@approvers("leaders")'),
    'asks the group "leaders": wanted a known group',
  ],
  [
    'an unknown group to escalate to',
    inGates('@escalate("desk")', '@escalate("disk")'),
    'escalates to "disk": wanted a known group',
  ],
  [
    'an escalation to the same group',
    inGates('@escalate("desk")', '@escalate("leads")'),
    'escalates to "leads", which it asks already: wanted another group',
  ],
  [
    'an escalation to one of several groups that are asked at once',
    inGates('@approvers("leads")', '@approvers("leads, desk")'),
    'escalates to "desk", which it asks already: wanted another group',
  ],
  [
    'an escalation to a group twice',
    inGates('@escalate("desk")', '@escalate("desk after 1h, desk after 90m")'),
    'escalates to "desk", which it asks already: wanted another group',
  ],
  [
    'a second group of approvers that is none',
    inGates('@approvers("leads")', '@approvers("leads, board")'),
    'asks the group "board": wanted a known group',
  ],
  [
    'an escalation at the end of the wait',
    inGates('@escalate("desk")', '@escalate("desk after 2h")'),
    'rule "erase" escalates to "desk" after 2 h: wanted less than its 2 h',
  ],
  [
    'an escalation after the end of the wait that its tier says',
    inGates('@ttl("2h") @escalate("desk")', '@escalate("desk after 2h")', 'tiers: { high: { ttl: 1h } }'),
    'rule "erase" escalates to "desk" after 2 h: wanted less than its 1 h',
  ],
  [
    'a fallback to an unknown group',
    inGates('@escalate("desk")', '@fallback("disk")'),
    'falls back to "disk": wanted a known group',
  ],
  [
    'a fallback to the group it falls back from',
    inGates('@escalate("desk")', '@fallback("leads")'),
    'falls back to "leads", which it asks already: wanted another group',
  ],
  [
    'a fallback to a group that is asked later',
    inGates('@escalate("desk")', '@escalate("desk") @fallback("desk")'),
    'falls back to "desk", which it asks already: wanted another group',
  ],
  [
    'a wait that neither a rule nor its tier says',
    inGates('@ttl("1d")', ''),
    'rule "pay" has no @ttl, nor has its tier "medium" one in tiers.yaml: wanted a duration',
  ],
  ['tiers that are no YAML', { tiers: 'tiers: [' }, 'tiers.yaml: is wrong: wanted "tiers:"'],
  [
    'a tier that falls back to an unknown group',
    { tiers: 'tiers: { low: { ttl: 1h, fallback: disk } }' },
    'tiers.yaml tiers.low.fallback: falls back to "disk": wanted a known group',
  ],
  [
    'an unknown channel',
    inGates('@channel("notices")', '@channel("general")'),
    'announces to "general": wanted a known channel',
  ],
  [
    'an unknown smaller tool',
    inGates('@to("mail.draft")', '@to("mail.drat")'),
    'reduces to "mail.drat": wanted a known tool',
  ],
  [
    'a smaller tool that the gated one does not list',
    inGates('@to("mail.draft")', '@to("crm.look")'),
    'reduces "mail.send" to "crm.look": wanted a tool that it lists as smaller',
  ],
  [
    'a downscope of a group of actions',
    gate(
      '@id("extra") @owner("sam") @gate("downscope") @to("mail.draft") @reason("X is told.") forbid (principal, action in Action::"message", resource);',
    ),
    'reduces a group of actions',
  ],
  [
    'a gate that low confidence opens',
    inGates('.lessThan(decimal("0.8"))', '.greaterThan(decimal("0.8"))'),
    'rule "unsure" could reward low confidence',
  ],
  ['an empty file', { gates: '// nothing\n' }, 'gates.cedar: has no rule: wanted at least one'],
  ['too large a file', { gates: `${GATES}//${'x'.repeat(1_100_000)}` }, 'gates.cedar: has'],
  ['a scope list that is not YAML', { scopes: 'scopes: [' }, 'scopes.yaml: '],
  ['a misspelt scope key', { scopes: 'scope: [crm/people]' }, 'scopes.yaml'],
  [
    'a scope with an empty segment',
    { scopes: 'scopes: [crm//people, crm/people, mail/out, pay]' },
    'scopes.yaml scopes.0: wanted ids separated by "/"',
  ],
  [
    'a tool listed twice',
    { names: { tools: [...NAMES.tools, ...NAMES.tools.slice(0, 1)] } },
    'tools: "crm.look" is there twice',
  ],
  [
    'a tool whose smaller one is unknown',
    { names: { tools: [...NAMES.tools, { ...LOOK, name: 'crm.peek', smaller: ['crm.peep'] }] } },
    'tools: "crm.peek" lists "crm.peep" as smaller',
  ],
  [
    'a fact of recent use misspelt',
    gate(
      `@id("extra") ${NOTICE} forbid (principal, action, resource) when { context.recent.agentHuor.steps > 1 };`,
    ),
    'did you mean `agentHour`',
  ],
  [
    'a group misspelt in a condition',
    gate(
      `@id("extra") ${NOTICE} forbid (principal, action, resource) unless { context.behalfGroups.contains(Group::"leadz") };`,
    ),
    '`"leadz"` is not declared',
  ],
  [
    'an argument that the tool does not mark as a fact',
    gate(
      `@id("extra") ${NOTICE} forbid (principal, action == Action::"crm.edit", resource) when { context.input.minutes > 1 };`,
    ),
    'attribute `input.minutes` in context',
  ],
  [
    'a template',
    block(
      '@id("extra") @owner("sam") @reason("X is told.") forbid (principal in ?principal, action, resource);',
    ),
    'is a template',
  ],
  [
    'a grant written by hand',
    block(
      '@id("extra") @owner("sam") @reason("X may.") permit (principal in Profile::"clerk", action == Action::"crm.look", resource in Scope::"crm/people");',
    ),
    'authority.cedar:4: rule "extra" permits: wanted only blocks here, grants are lines of permissions.yaml',
  ],
  [
    'a rule without @owner',
    block(`@id("extra") @reason("X is told.") ${FORBID}`),
    'rule "extra" has no @owner: wanted a person or a group',
  ],
  [
    'a rule owned by nobody known',
    inGates('@owner("desk")', '@owner("dask")'),
    'is owned by "dask": wanted a known person or group',
  ],
  [
    'an invisible character in a reason',
    block(`@id("extra") @owner("sam") @reason("X is\u202e told.") ${FORBID}`),
    'wanted nothing invisible in it',
  ],
  ['a matrix that is not YAML', { permissions: 'permissions: [' }, 'permissions.yaml:1: is no YAML'],
  [
    'a field given twice in a line',
    inLines('maxTier: 4', 'maxTier: 4, maxTier: 1'),
    'permissions.yaml:2: is no YAML: Map keys must be unique',
  ],
  [
    'a line by reference',
    { permissions: `${PERMISSIONS.replace('- {', '- &x {')}  - *x\n` },
    'permissions.yaml: ',
  ],
  [
    'a matrix without lines',
    { permissions: 'permissions: []' },
    'permissions.yaml permissions: wanted at least',
  ],
  ['a line without id', inLines('id: look, ', ''), 'permissions.yaml:2: line without id has a wrong "id"'],
  [
    'a misspelt field of a line',
    inLines('scope:', 'scoep:'),
    'permissions.yaml:2: line "look" has "scoep": wanted no such field',
  ],
  [
    'an unknown effect of a line',
    inLines('effect: read', 'effect: raed'),
    'line "look" has a wrong "effect": wanted read, draft',
  ],
  [
    'a line without tools',
    inLines('[crm.look]', '[]'),
    'line "look" has a wrong "tools": wanted at least one',
  ],
  [
    'a data tier beyond the highest',
    inLines('maxTier: 4', 'maxTier: 5'),
    'line "look" has a wrong "maxTier": wanted a data tier from 1 to 4',
  ],
  ['a line without owner', inLines(', owner: olga', ''), 'line "look" has a wrong "owner": wanted a person'],
  [
    'a line owned by a group',
    inLines('owner: olga', 'owner: leads'),
    'line "look" is owned by "leads": wanted a known person',
  ],
  [
    'a line whose reason is no sentence',
    inLines('"X may."', 'x may'),
    'permissions.yaml:2: rule "look" has @reason "x may": wanted one sentence',
  ],
  [
    'a line whose id is no id',
    inLines('id: look,', 'id: Look,'),
    'rule "Look" has @id "Look": wanted 2 to 64 small letters',
  ],
  ['two lines of one id', lines(line('look', pays)), 'permissions.yaml:10: rule "look" is there twice'],
  [
    'a line named like a rule',
    lines(line('edit-notice', pays)),
    'gates.cedar:2: rule "edit-notice" is there twice',
  ],
  [
    'a profile misspelt in a line',
    inLines('profile: reader', 'profile: raeder'),
    'line "look" is for the profile "raeder": wanted a known profile',
  ],
  [
    'a profile without a line',
    { names: { profiles: [...NAMES.profiles, 'guest'] } },
    'permissions.yaml: has no line for "guest": wanted one',
  ],
  [
    'a tool misspelt in a line',
    inLines('[crm.look]', '[crm.lock]'),
    'line "look" names the tool "crm.lock": wanted a known tool',
  ],
  [
    'a tool twice in a line',
    inLines('[crm.look]', '[crm.look, crm.look]'),
    'line "look" names "crm.look" twice: wanted once',
  ],
  [
    'a group of tools in a line',
    inLines('[crm.look]', '[read]'),
    'line "look" names the tool "read": wanted a known tool',
  ],
  [
    'every tool by a wildcard',
    inLines('[crm.look]', '["*"]'),
    'line "look" grants "*": wanted names, never a wildcard',
  ],
  [
    'the tools of a provider by a wildcard',
    inLines('[crm.look]', '["crm.*"]'),
    'line "look" grants "crm.*": wanted names, never a wildcard',
  ],
  [
    'every scope by a wildcard',
    inLines('scope: crm/people', 'scope: "crm/*"'),
    'line "look" grants "crm/*": wanted names, never a wildcard',
  ],
  [
    'every profile by a wildcard',
    lines(line('extra', { ...pays, profile: '"*"' })),
    'line "extra" grants "*": wanted names, never a wildcard',
  ],
  [
    'tools of several effects in a line',
    inLines('[crm.edit]', '[crm.edit, crm.erase]'),
    'line "clerk-edits" is for "write" but "crm.erase" is "delete": wanted a line of its own',
  ],
  [
    'a line milder than its tool',
    inLines('effect: money', 'effect: read'),
    'line "clerk-pays" is for "read" but "pay.refund" is "money"',
  ],
  [
    'an unknown scope in a line',
    inLines('scope: pay/cards', 'scope: pay/crads'),
    'line "clerk-pays" names the scope "pay/crads": wanted one listed in scopes.yaml',
  ],
  [
    'a whole provider in a line',
    inLines('scope: pay/cards', 'scope: pay'),
    'line "clerk-pays" grants on all of "pay": wanted a narrower scope such as "pay/cards"',
  ],
  [
    'an end that is no date',
    lines(line('extra', { ...pays, more: ', until: 2027-02-30' })),
    'line "extra" has a wrong "until": wanted a date such as "2027-03-31"',
  ],
  [
    'a line on something else than request',
    lines(line('extra', { ...pays, more: ', on: demand, atMostMinutes: 30' })),
    'line "extra" has a wrong "on": wanted "request" or nothing',
  ],
  [
    'a line on request for any time',
    { ...lines(line('extra', { ...pays, more: ', on: request' })), ...WITH_ACCESS },
    'line "extra" has a wrong "atMostMinutes": wanted together with "on: request"',
  ],
  [
    'minutes of a line that is not on request',
    lines(line('extra', { ...pays, more: ', atMostMinutes: 30' })),
    'line "extra" has a wrong "atMostMinutes": wanted together with "on: request"',
  ],
  [
    'a line on request for more than a day',
    { ...lines(line('extra', { ...pays, more: ', on: request, atMostMinutes: 1441' })), ...WITH_ACCESS },
    'line "extra" has a wrong "atMostMinutes": wanted whole minutes from 1 to 1440',
  ],
  [
    'a line on request for part of a minute',
    { ...lines(line('extra', { ...pays, more: ', on: request, atMostMinutes: 0.5' })), ...WITH_ACCESS },
    'line "extra" has a wrong "atMostMinutes": wanted whole minutes from 1 to 1440',
  ],
  [
    'a line on request where nobody can ask',
    lines(line('extra', { ...pays, more: ON_REQUEST })),
    'line "extra" is on request: no tool access.request',
  ],
  [
    'a line on request for several tools',
    {
      ...lines(
        line('extra', { effect: 'write', tools: 'crm.edit, crm.tag', scope: 'crm/people', more: ON_REQUEST }),
      ),
      names: { tools: [...NAMES.tools, ACCESS, { ...LOOK, name: 'crm.tag', effect: 'write' }] },
    },
    'line "extra" is on request for 2 tools: wanted one',
  ],
  [
    'a line on request deeper than scopes go',
    {
      ...lines(line('extra', { ...pays, scope: 'pay/cards/a/b/c', more: ON_REQUEST })),
      ...WITH_ACCESS,
      scopes: 'scopes: [crm/people, crm/firms, mail/out, pay/cards/a/b/c]',
    },
    'line "extra" is on request on "pay/cards/a/b/c": wanted a shorter scope',
  ],
  [
    'access to everything that may be asked for',
    {
      ...lines(line('extra', { effect: 'write', tools: 'access.request', scope: 'pay/cards' })),
      ...WITH_ACCESS,
    },
    'line "extra" grants "access.request": wanted "on: request" on the line it is about',
  ],
  [
    'a rule about access that no line lets anybody ask for',
    {
      ...gate(`@id("extra") ${NOTICE} forbid (principal, action, resource in Scope::"access/pay.refund");`),
      ...WITH_ACCESS,
    },
    'names the scope "access/pay.refund"',
  ],
  [
    'two facts of one name in the schema',
    {
      names: {
        tools: [
          ...NAMES.tools,
          { ...LOOK, name: 'crm.a_b', policyFacts: { c: ['x'] } },
          { ...LOOK, name: 'crm.a', policyFacts: { bC: ['x'] } },
        ],
      },
    },
    'tools: "crm.a bC" shares "InputCrmABC" with another',
  ],
  [
    'more lines than a set has rules',
    lines(...Array.from({ length: 2_000 }, (_, i) => line(`more-${i}`, pays))),
    'permissions.yaml permissions: wanted at most 2000 lines',
  ],
  [
    'more rules in a file than a set has',
    gate(`@id("extra") ${NOTICE} ${FORBID}\n`.repeat(2_000)),
    'gates.cedar: has 2005 rules: wanted at most 2000',
  ],
  [
    'more grants and blocks than a set has rules',
    {
      permissions: `permissions:\n${[
        line('look', { profile: 'reader', effect: 'read', tools: 'crm.look', scope: 'crm/people' }),
        ...Array.from({ length: 1_999 }, (_, i) => line(`more-${i}`, pays)),
      ].join('')}`,
    },
    'permissions.yaml: makes 2001 rules with the blocks: wanted at most 2000',
  ],
];

/** Deliberate mistakes in a bundle, each beside the words with which the loader must report it. */
import { AUTHORITY, type BundleText, GATES, NAMES } from './sample.ts';

const grant = (text: string) => ({ authority: AUTHORITY + text });
const gate = (text: string) => ({ gates: GATES + text });
const inGates = (from: string, to: string) => ({ gates: GATES.replace(from, to) });
const inAuthority = (from: string, to: string) => ({ authority: AUTHORITY.replace(from, to) });
const LOOK = { name: 'crm.look', effect: 'read', reversibility: 'reversible', smaller: [] } as const;
const PERMIT =
  'permit (principal in Profile::"clerk", action == Action::"crm.look", resource in Scope::"crm");';
const NOTICE = '@gate("notify") @channel("notices") @reason("X is told.")';

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
    'a profile misspelt',
    inAuthority('Profile::"reader"', 'Profile::"raeder"'),
    'valid entity eids: "clerk", "reader"',
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
    gate('@id("extra") @reason("X is told.") forbid (principal, action, resource);'),
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
    grant(`@reason("X may.") ${PERMIT}`),
    'rule without @id has no @id: wanted a name of its own',
  ],
  [
    'an id that verdicts use themselves',
    grant(`@id("engine-error") @reason("X may.") ${PERMIT}`),
    'has @id "engine-error"',
  ],
  [
    'a rule without @reason',
    grant(`@id("extra") ${PERMIT}`),
    'rule "extra" has no @reason: wanted one sentence',
  ],
  [
    'a reason of two sentences',
    grant(`@id("extra") @reason("X may. Y too.") ${PERMIT}`),
    'wanted one sentence, not several',
  ],
  [
    'a reason without a full stop',
    grant(`@id("extra") @reason("X may") ${PERMIT}`),
    'wanted one sentence with a capital and a full stop',
  ],
  [
    'a reason too long for a card',
    grant(`@id("extra") @reason("X${' may'.repeat(50)}.") ${PERMIT}`),
    'wanted at most 160 characters',
  ],
  [
    'an id used twice in a file',
    grant(`@id("look") @reason("X may.") ${PERMIT}`),
    'rule "look" is there twice',
  ],
  [
    'an id used in both files',
    gate(`@id("look") ${NOTICE} forbid (principal, action, resource);`),
    'gates.cedar:17: rule "look" is there twice',
  ],
  [
    'a permit among the gates',
    gate(`@id("extra") ${NOTICE} ${PERMIT}`),
    'rule "extra" permits: wanted only forbids',
  ],
  [
    'a gate annotation on a block',
    inAuthority('@reason("A suspended', '@gate("notify") @reason("A suspended'),
    'rule "suspended" has an annotation @gate',
  ],
  [
    'a grant to anybody',
    grant(
      '@id("extra") @reason("X may.") permit (principal, action == Action::"crm.look", resource in Scope::"crm");',
    ),
    'rule "extra" grants to anybody',
  ],
  [
    'a grant to a type',
    grant(
      '@id("extra") @reason("X may.") permit (principal is Agent, action == Action::"crm.look", resource in Scope::"crm");',
    ),
    'rule "extra" grants to anybody',
  ],
  [
    'a grant of every action',
    grant(
      '@id("extra") @reason("X may.") permit (principal in Profile::"clerk", action, resource in Scope::"crm");',
    ),
    'rule "extra" grants a group of actions',
  ],
  [
    'a grant of a group of changes',
    grant(
      '@id("extra") @reason("X may.") permit (principal in Profile::"clerk", action in Action::"write", resource in Scope::"crm");',
    ),
    'rule "extra" grants a group of actions',
  ],
  [
    'a grant everywhere',
    grant(
      '@id("extra") @reason("X may.") permit (principal in Profile::"clerk", action == Action::"crm.look", resource);',
    ),
    'rule "extra" grants everywhere',
  ],
  [
    'a template',
    grant(
      '@id("extra") @reason("X may.") permit (principal in ?principal, action == Action::"crm.look", resource in Scope::"crm");',
    ),
    'is a template',
  ],
  [
    'an unknown scope in a grant',
    inAuthority('Scope::"pay"', 'Scope::"payments"'),
    'rule "clerk-pays" names the scope "payments": wanted one listed in scopes.yaml',
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
    'escalates to its own group',
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
      '@id("extra") @gate("downscope") @to("mail.draft") @reason("X is told.") forbid (principal, action in Action::"message", resource);',
    ),
    'reduces a group of actions',
  ],
  [
    'a gate that low confidence opens',
    inGates('.lessThan(decimal("0.8"))', '.greaterThan(decimal("0.8"))'),
    'rule "unsure" could reward low confidence',
  ],
  ['an empty file', { gates: '// nothing\n' }, 'gates.cedar: has no rule: wanted at least one'],
  ['too large a file', { gates: `${GATES}//${'x'.repeat(300_000)}` }, 'gates.cedar: has'],
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
];

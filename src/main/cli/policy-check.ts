/** `policy check`: everything the loader finds, without starting anything. */
import type { LoadedPolicy } from '../../policy/load.ts';
import { rulesIn } from '../../policy/mutants.ts';
import { isExpired } from '../../policy/permissions.ts';
import { openPolicyDesk } from '../policy-desk.ts';
import { describeGates, gateLines } from './describe-gates.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { json, pairs, table } from './print.ts';
import type { CommandContext } from './request-commands.ts';

type Line = LoadedPolicy['permissions'][number];

/** Prints the policy's version, its rules, its gates with the people there for each, and its matrix. Rejects with `misconfigured` that lists every problem. */
export async function policyCheckCommand(
  _: unknown,
  { world, settings, asJson }: CommandContext,
): Promise<Exit> {
  const desk = await openPolicyDesk(settings.configFolder);
  const policy = await desk.load();
  const now = world.now();
  const lines = policy.permissions.map((line) => ({ ...line, expired: isExpired(line, now) }));
  const expired = lines.filter((line) => line.expired).length;
  const { version } = policy;
  const rules = await rulesIn(desk.bundleFolder);
  const gates = gateLines(policy.gates, desk.organisation.people);
  if (asJson) {
    world.out(json({ version, rules, gates, permissions: lines }));
    return EXIT.done;
  }
  const rows = lines.map((line) => [
    line.id,
    line.profile,
    line.effect,
    line.tools.join(', '),
    line.scope,
    String(line.maxTier),
    line.owner,
    untilText(line),
  ]);
  world.out(
    `The policy is right\n${pairs([
      ['version', version],
      ['rules', String(rules.length)],
      ['matrix', `${lines.length} lines, ${expired} expired`],
    ])}\n${describeGates(gates)}\n${table(['line', 'profile', 'effect', 'tools', 'scope', 'tier', 'owner', 'until'], rows)}`,
  );
  return EXIT.done;
}

function untilText({ until, onRequest, expired }: Line & { readonly expired: boolean }): string {
  const asked = onRequest === undefined ? [] : [`on request, ${onRequest.atMostMinutes} min`];
  const ends = until === undefined ? [] : [`${expired ? 'expired ' : ''}${until.toISOString()}`];
  return [...asked, ...ends].join(', ') || '-';
}

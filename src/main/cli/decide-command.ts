/** `decide`: a person's approval or denial from the command line, checked, signed and recorded as on the page. */
import type { DecisionAnswer, SaidDecision } from './approvals-answers.schema.ts';
import { createApprovalsClient } from './approvals-client.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { signedIn } from './login-commands.ts';
import { json, pairs, printable } from './print.ts';
import type { CommandContext } from './request-commands.ts';

/** Decides. Everything that may be refused is refused by the pages, in their words; the exit code is then 3. */
export async function decideCommand(
  said: SaidDecision,
  { world, settings, asJson }: CommandContext,
): Promise<Exit> {
  const { url, token } = await signedIn({ world, settings });
  const answer = await createApprovalsClient(url, world).decide(token, said);
  if (asJson) world.out(json(answer));
  else if (answer.status === 'recorded') world.out(recorded(answer));
  else world.err(refused(answer));
  return answer.status === 'recorded' ? EXIT.done : EXIT.refused;
}

/** Recorded is not executed: others may have to agree, and the tool has to run. */
function recorded(answer: DecisionAnswer & { readonly status: 'recorded' }): string {
  const { request, version, title, tier, code, page } = answer;
  return `Recorded: you ${answer.answer === 'approve' ? 'approve' : 'deny'} this; the page says what comes of it\n${pairs(
    [
      ['request', `${request}, version ${version}`],
      ['what', title],
      ['risk', tier],
      ['code', code],
      ['page', page],
    ],
  )}`;
}

function refused({ sentence, page }: DecisionAnswer & { readonly status: 'refused' }): string {
  return `${printable(sentence)}\n${page === undefined ? '' : pairs([['page', page]])}`;
}

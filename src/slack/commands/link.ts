/** `link`: enrols a Slack account by a signed-in page. Also for people whom the directory does not know yet. */
import type { SlackIdentity } from '../../domain/people.ts';
import type { AffairsDesk } from '../home/affairs.ts';
import { type Reply, tell } from '../reply.ts';

export async function link(desk: AffairsDesk, identity: SlackIdentity): Promise<Reply> {
  const known = await desk.directory.personBySlack(identity);
  if (known !== undefined) return tell(`This Slack account is linked: you are ${known.name} (${known.id})`);
  if (desk.linkTicket === undefined)
    return tell(
      'Linking is not set up here: ask an operator to add your Slack team and user id to people.yaml',
    );
  const url = await desk.linkTicket(identity);
  return {
    kind: 'tell',
    sentence: `Prove who you are on the page behind this button; it asks for the member id of this account, ${identity.user}. The link is yours alone, works once and for a few minutes: do not pass it on`,
    link: { label: 'Link this account', url },
  };
}

/** The surface of the approvals role: Slack at its own pace, and e-mail where Slack does not deliver. */
import type { WebClient } from '@slack/web-api';
import type { Names } from '../approvals/names.ts';
import { reachableIn } from '../approvals/reachable.ts';
import type { Directory, Log, Surface } from '../domain/ports.ts';
import { createMailer } from '../process/mailer.ts';
import { createPacer, type Pace } from '../slack/pacing.ts';
import { createSecondChannel, type SecondChannelParts } from '../slack/second-channel.ts';
import { createSlackSurface } from '../slack/surface.ts';
import type { Installation } from './installation.ts';
import type { ApprovalsStore } from './role-database.ts';

export interface SlackSurfaceParts {
  readonly installation: Installation;
  readonly store: ApprovalsStore;
  readonly client: WebClient;
  readonly directory: Directory;
  readonly names: Names;
  readonly log: Log;
  /** Absent: as fast as Slack allows. */
  readonly pace?: Pace | undefined;
  /** The mail server of the second channel. Absent: there is none, which is logged when it is missed. */
  readonly smtpUrl?: string | undefined;
}

/** Throws `misconfigured` for an address that is no mail server's. */
export function openSurface({ installation, store, ...parts }: SlackSurfaceParts): Surface {
  const { client, names, log, pace, smtpUrl } = parts;
  const { clock, approvalSettings, organisation } = installation;
  const directory = reachableIn(parts.directory, store.identities);
  const { cards, messages, absences, openAsks } = store;
  const { approvalsChannel, channels } = organisation.slack;
  return createSlackSurface({
    ...{ client, cards, messages, directory, names, absences, clock, log, approvalsChannel, channels },
    pacer: createPacer(pace),
    turnedDown: { openAsks, approvalSettings, clock },
    second: createSecondChannel({
      ...{ directory, absences, cards, messages, names, clock, log },
      ...mailing(smtpUrl, organisation.approvals.mail?.from),
    }),
  });
}

/** Both a server and a sender are needed to send anything. */
function mailing(url: string | undefined, from: string | undefined): Pick<SecondChannelParts, 'send'> {
  return url === undefined || from === undefined ? {} : { send: createMailer({ url, from }).send };
}

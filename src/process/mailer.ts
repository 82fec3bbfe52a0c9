/** Sending a plain e-mail over SMTP: one recipient, plain text, bounded waiting. Whoever calls it decides what is said. */
import { createTransport } from 'nodemailer';
import { CountersignError } from '../domain/errors.ts';

const CONNECT_MS_MAX = 5_000;
const SILENCE_MS_MAX = 10_000;

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** Resolves when the server took it. Rejects with `unavailable`; whether it was delivered then is not known. */
  send(mail: Mail): Promise<void>;
}

/** `url` as in `smtps://user:password@mail.example:465`. Throws `misconfigured` for anything else; connects when it sends. */
export function createMailer({ url, from }: { readonly url: string; readonly from: string }): Mailer {
  if (!/^smtps?:\/\//.test(url)) {
    throw new CountersignError(
      'misconfigured',
      'Cannot send e-mail: COUNTERSIGN_SMTP_URL is no smtp address',
    );
  }
  const transport = createTransport({
    url,
    connectionTimeout: CONNECT_MS_MAX,
    greetingTimeout: CONNECT_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
    // Nothing a caller hands over is ever read from a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text }) {
      await transport
        .sendMail({ from, to: { name: '', address: to }, subject, text })
        .catch((cause: unknown) => {
          throw new CountersignError('unavailable', 'Cannot send e-mail: the server did not take it', {
            cause,
          });
        });
    },
  };
}

/** What the sandbox page may send, parsed at the edge: unknown keys refused, every text bounded. */
import { z } from 'zod';

const slackUser = z.string().regex(/^[UW][A-Z0-9]{1,20}$/, 'a Slack user id wanted');
const channel = z.string().regex(/^[CDG][A-Z0-9]{1,20}$/, 'a Slack channel id wanted');
const label = z.string().min(1).max(255);
const viewId = z.string().min(1).max(64);

/** `POST /api/ask` and `/api/dry-run`. `request` goes to the agents' door as it is; that door judges it. */
export const askBody = z.strictObject({
  agent: z.string().min(1).max(64),
  request: z.record(z.string(), z.unknown()),
});

/** `POST /api/requests/:id/answers`. It goes to the agents' door as it is. */
export const answerBody = z.strictObject({
  question: z.string().min(1).max(100),
  text: z.string().max(8_000),
});

/** `GET /api/slack?as=` */
export const asQuery = z.strictObject({ as: slackUser });

/** `:id` of a request's routes. */
export const idParams = z.strictObject({
  id: z.string().regex(/^req_[A-Za-z0-9_-]{1,80}$/, 'a request id wanted'),
});

/** `POST /api/slack/click` */
export const clickBody = z.strictObject({
  user: slackUser,
  channel,
  ts: z.string().regex(/^\d{1,12}\.\d{1,6}$/, 'a message timestamp wanted'),
  blockId: label,
  actionId: label,
  value: z.string().max(2000).optional(),
});

/** `POST /api/slack/open-home` */
export const openHomeBody = z.strictObject({ user: slackUser });

/** `POST /api/slack/click-in-view` */
export const clickInViewBody = z.strictObject({ user: slackUser, viewId, blockId: label, actionId: label });

/** `POST /api/slack/submit` */
export const submitBody = z.strictObject({
  user: slackUser,
  viewId,
  values: z.record(label, z.record(label, z.string().max(3000))),
});

/** `POST /api/slack/close-view` */
export const closeViewBody = z.strictObject({ user: slackUser, viewId });

/** `POST /api/slack/command` */
export const commandBody = z.strictObject({
  user: slackUser,
  channel,
  command: z.string().regex(/^\/[a-z0-9_-]{1,32}$/, 'a slash command wanted'),
  text: z.string().max(2000),
});

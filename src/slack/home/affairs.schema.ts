/** What we read of Slack's payloads about home tabs and their modals, and no more. */
import { z } from 'zod';

const id = z.string().min(1).max(60);
const sender = {
  api_app_id: id,
  team: z.object({ id }),
  user: z.object({ id, team_id: id.nullish() }),
};

/** `app_home_opened` in its envelope. */
export const homeOpened = z.object({
  api_app_id: id,
  team_id: id,
  event: z.object({
    type: z.literal('app_home_opened'),
    user: id,
    tab: z.enum(['home', 'messages']),
    view: z.object({ hash: z.string().min(1).max(100) }).nullish(),
  }),
});

/** One click on one button of a home tab. */
export const homeClick = z.object({
  ...sender,
  trigger_id: z.string().min(1).max(300),
  container: z.object({ type: z.literal('view') }),
  view: z.object({ type: z.literal('home'), hash: z.string().min(1).max(100) }),
  actions: z.tuple([
    z.object({
      type: z.literal('button'),
      action_id: id,
      action_ts: id,
      value: z.string().max(2_000).default(''),
    }),
  ]),
});
export type HomeClick = z.infer<typeof homeClick>;

/** A submitted modal of what people arrange for themselves. */
export const affairSubmission = z.object({
  ...sender,
  view: z.object({
    id,
    callback_id: id,
    private_metadata: z.string().max(3_000).default(''),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            value: z.string().max(3_000).nullish(),
            selected_user: id.nullish(),
            selected_date_time: z.int().min(0).max(9_999_999_999).nullish(),
          }),
        ),
      ),
    }),
  }),
});
export type AffairSubmission = z.infer<typeof affairSubmission>;

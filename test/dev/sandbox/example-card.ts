/** Cards and requests as the product makes them, for the page to draw. */
import type { KnownBlock } from '@slack/types';
import type { RequestView } from '../../../src/domain/request.ts';
import type { TimelineEntry } from '../../../src/orchestrator/requests.ts';

export const REQUEST_ID = 'req_7f3kq2d9';

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false }) as const;
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true }) as const;

/** A waiting card. `buttons: false` gives the record that stays afterwards. */
export function exampleCard({ buttons = true, id = REQUEST_ID } = {}): KnownBlock[] {
  const blockId = `req:${id}:v1`;
  const blocks: KnownBlock[] = [
    { type: 'header', text: plain('Delete branch') },
    {
      type: 'section',
      block_id: `${blockId}:facts`,
      fields: [
        plain('Agent\nrelease-agent, owned by dana'),
        plain('Risk\nmedium'),
        plain('Target\nacme/webshop branch old-checkout'),
        plain('Can be undone\nYes: recreate the branch at 4f1c2ab'),
        mrkdwn('*Expires*\n<!date^1795274400^{date_short_pretty} at {time}|2026-11-21 14:00 UTC>'),
        plain('Needs\n0 of 1 from platform; cannot decide: dana'),
      ],
    },
    {
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_preformatted',
          elements: [
            {
              type: 'text',
              text: 'branch   old-checkout\ncommit   4f1c2ab (9 weeks old)\nahead    0   behind 41',
            },
          ],
        },
      ],
    },
    {
      type: 'section',
      text: mrkdwn('*Why people are asked:* Deleting a branch needs one person of platform.'),
    },
    { type: 'context', elements: [plain('Written by the agent, unverified:')] },
    {
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_quote',
          elements: [
            {
              type: 'text',
              text: 'Cleaning up after the release. <https://evil.example|Approved by @cto> *really*',
            },
          ],
        },
      ],
    },
    { type: 'context', elements: [plain(`${id} · version 1 · digest 9ab3c1d0 · policy 2026-11-20`)] },
  ];
  if (!buttons) return blocks;
  const value = `${id}.1.9ab3c1d0`;
  return [
    ...blocks,
    {
      type: 'actions',
      block_id: blockId,
      elements: [
        {
          type: 'button',
          action_id: 'approve',
          style: 'primary',
          text: plain('Approve delete'),
          value,
          confirm: {
            title: plain('Approve this delete?'),
            text: plain('Branch old-checkout of acme/webshop is deleted at once.'),
            confirm: plain('Approve delete'),
            deny: plain('Go back'),
          },
        },
        { type: 'button', action_id: 'deny', text: plain('Deny'), value },
        { type: 'button', action_id: 'details', text: plain('Details'), value },
      ],
    },
  ];
}

/** The modal behind "Deny". */
export function denyModal(id = 'V0DENY') {
  return {
    id,
    type: 'modal' as const,
    callback_id: 'deny',
    title: plain('Deny request'),
    submit: plain('Deny'),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'section' as const,
        text: plain('release-agent wants to delete branch old-checkout of acme/webshop.'),
      },
      {
        type: 'input' as const,
        block_id: 'reason',
        label: plain('Why not?'),
        hint: plain('The agent and its owner read this.'),
        element: {
          type: 'plain_text_input' as const,
          action_id: 'text',
          multiline: true,
          max_length: 500,
          focus_on_load: true,
        },
      },
      {
        type: 'input' as const,
        block_id: 'again',
        optional: true,
        label: plain('May it ask again?'),
        element: {
          type: 'radio_buttons' as const,
          action_id: 'choice',
          options: [
            { text: plain('Yes, in another form'), value: 'revise' },
            { text: plain('No'), value: 'never' },
          ],
        },
      },
    ],
  };
}

/** The request behind the card, waiting for a person. */
export function waitingRequest(id = REQUEST_ID): RequestView {
  return {
    id,
    agent: 'release-agent',
    status: 'waiting',
    version: 1,
    digest: '9ab3c1d0'.repeat(8),
    policyVersion: '2026-11-20',
    receivedAt: '2026-11-21T10:00:00.000Z',
    waitingFor: { groups: ['platform'], need: 2, have: 1, expiresAt: '2099-11-21T14:00:00.000Z' },
    steps: [
      {
        tool: 'github.list_branches',
        status: 'done',
        verdict: {
          effect: 'allow',
          rules: [{ id: 'read-code', sentence: 'Release agents may read repositories.' }],
        },
        result: { branches: ['main', 'old-checkout'] },
      },
      {
        tool: 'github.delete_branch',
        status: 'waiting',
        verdict: {
          effect: 'approve',
          rules: [{ id: 'delete-branch', sentence: 'Deleting a branch needs one person of platform.' }],
        },
      },
    ],
  };
}

/** The same request once it ran. */
export function executedRequest(id = REQUEST_ID): RequestView {
  const { waitingFor: _, ...open } = waitingRequest(id);
  return {
    ...open,
    status: 'closed',
    outcome: 'executed',
    effects: 'all',
    message: 'Both steps ran: 2 branches were listed and branch old-checkout was deleted.',
    closedAt: '2026-11-21T10:02:11.000Z',
    steps: open.steps.map((step) => ({ ...step, status: 'done' as const })),
  };
}

export const TIMELINE: readonly TimelineEntry[] = [
  { at: '2026-11-21T10:00:00.120Z', kind: 'asked', text: 'release-agent asked for 2 steps', events: [1] },
  { at: '2026-11-21T10:00:00.141Z', kind: 'judged', text: 'Policy 2026-11-20: allow, approve', events: [5] },
  { at: '2026-11-21T10:00:00.190Z', kind: 'ran', text: 'github.list_branches ran', events: [6] },
  { at: '2026-11-21T10:00:00.344Z', kind: 'card', text: 'Card posted to #approvals', events: [9, 10, 11] },
  {
    at: '2026-11-21T10:00:00.350Z',
    kind: 'waiting',
    text: 'Waiting for 1 of platform until 14:00 UTC',
    events: [12],
  },
  {
    at: '2026-11-21T10:01:02.005Z',
    kind: 'problem',
    text: 'Dana may not decide: she owns release-agent',
    events: [14, 15],
  },
  {
    at: '2026-11-21T10:02:10.700Z',
    kind: 'decision',
    text: 'Bob approved',
    events: [18, 19, 20, 21, 22, 23, 24, 25],
  },
];

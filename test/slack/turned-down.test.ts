import { describe, expect, it } from 'vitest';
import type { CardView } from '../../src/domain/card.ts';
import { tellWhenTurnedDownOften } from '../../src/slack/turned-down.ts';
import { view } from './views.ts';

const NOW = new Date('2026-11-21T09:40:00.000Z');
const rejected = (change: Partial<CardView> = {}) =>
  view({ state: 'closed', outcome: 'rejected', effects: 'none', ...change });

async function told(card: CardView, others: readonly string[]) {
  const notes: { person: string; key: string; text: string }[] = [];
  const look = async () => ({ waiting: [], rejected: others.map((request) => ({ request, at: NOW })) });
  await tellWhenTurnedDownOften(
    card,
    {
      openAsks: { look },
      approvalSettings: async () => ({ asks: { openRequestsMax: 50, rejectedMax: 3, pauseMinutes: 15 } }),
      clock: () => NOW,
    },
    async (note) => void notes.push(note),
  );
  return notes;
}

describe('tellWhenTurnedDownOften()', () => {
  it('T58: tells the owner when the request that closed makes it too many, under one key an hour', async () => {
    expect(await told(rejected(), ['req_8', 'req_9'])).toEqual([
      {
        request: 'req_1',
        person: 'dana',
        key: 'turned-down:release-agent:2026-11-21T09',
        text: expect.stringMatching(/^People turned down 3 requests of release-agent within an hour/),
      },
    ]);
  });

  it.each([
    { name: 'fewer were turned down', card: rejected(), others: ['req_9'] },
    { name: 'the same request is counted already', card: rejected(), others: ['req_1', 'req_9'] },
    { name: 'it still waits', card: view(), others: ['req_7', 'req_8', 'req_9'] },
    { name: 'it was executed', card: rejected({ outcome: 'executed' }), others: ['req_7', 'req_8', 'req_9'] },
  ])('tells nobody when $name', async ({ card, others }) => {
    expect(await told(card, others)).toEqual([]);
  });
});

import type { KnownBlock, ModalView } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesOf } from '../../src/approvals/names.ts';
import { checkView } from '../../src/dev/slack-emulator/block-kit.ts';
import { drawCard } from '../../src/slack/cards/draw-card.ts';
import { viewProblems } from '../../src/slack/cards/limits.ts';
import { denyModal, detailsModal, noticeModal, reviewModal } from '../../src/slack/cards/modals.ts';
import { ACME } from '../approvals/acme.ts';
import { anEarlier } from '../store/oversight-samples.ts';
import { hostileView, step, view } from './views.ts';

const NAMES = namesOf(ACME);
const said = ({ blocks }: ModalView): string => JSON.stringify(blocks);

describe('detailsModal()', () => {
  it('shows long facts whole, in as many fences as it takes', () => {
    const value = Array.from({ length: 900 }, (_, index) => `word${index}`).join(' ');
    const modal = detailsModal(view({ steps: [step({ facts: [{ label: 'Text', value }] })] }), NAMES);
    const parts: string[] = [];
    JSON.stringify(modal.blocks, (name, part: unknown) => {
      if (name === 'text' && typeof part === 'string') parts.push(part);
      return part;
    });
    const whole = parts.join('');
    expect(whole).toContain(value);
    expect(viewProblems(modal)).toEqual([]);
  });

  it('says how much is missing, and where to read it, when Slack cannot hold it all (T21)', () => {
    const modal = detailsModal(
      view({ steps: [step({ facts: [{ label: 'Text', value: 'x'.repeat(200_000) }] })] }),
      NAMES,
    );
    expect(said(modal)).toMatch(
      /more parts do not fit here \(\d+ characters in all, code [0-9a-f]{8}\)\. Read them with: npx countersign show req_1/,
    );
    expect(viewProblems(modal)).toEqual([]);
  });

  it('shows how policy came to each verdict, and only there', () => {
    const one = view({ steps: [step({ explanation: ['authority: allowed', 'rule delete-branch asks'] })] });
    expect(said(detailsModal(one, NAMES))).toContain(
      'How policy came to this:\\n- authority: allowed\\n- rule delete-branch asks',
    );
    expect(said(detailsModal(view(), NAMES))).not.toContain('How policy');
    expect(drawCard(one, NAMES)).toEqual(drawCard({ ...one, steps: [step()] }, NAMES));
  });

  it('cuts a chain that is too long and says so', () => {
    const explanation = Array.from({ length: 60 }, (_, at) => `line ${at} ${'x'.repeat(180)}`);
    const modal = detailsModal(view({ steps: [step({ explanation })] }), NAMES);
    expect(said(modal)).toMatch(/line 3 x.*\[cut: \d+ characters in all/s);
    expect(viewProblems(modal)).toEqual([]);
  });

  it('names the whole digest', () => {
    expect(said(detailsModal(view(), NAMES))).toContain(view().digest);
  });
});

describe('reviewModal()', () => {
  it('asks for a reason and the target typed by hand', () => {
    const modal = reviewModal(view({ tier: 'high' }), NAMES, { earlier: [], reasonCharsMin: 0 });
    const inputs = (modal.blocks as KnownBlock[]).filter((block) => block.type === 'input');
    expect(inputs.map((block) => block.block_id)).toEqual(['target', 'reason']);
    expect(said(modal)).toContain('Type this to confirm: acme/webshop branch old-checkout');
    expect(modal).toMatchObject({ callback_id: 'review-submit', private_metadata: 'req_1.1.1a2b3c4d' });
  });
});

describe('every modal', () => {
  it('stays within the limits of Slack and reads nothing as markup, whatever a view holds', () => {
    fc.assert(
      fc.property(hostileView, (one) => {
        for (const modal of [
          detailsModal(one, NAMES),
          reviewModal(one, NAMES, {
            earlier: Array.from({ length: 5 }, () => anEarlier({ scope: one.reason })),
            reasonCharsMin: 20,
          }),
          reviewModal(one, NAMES, { earlier: undefined, reasonCharsMin: 0 }),
          denyModal({ ...one, title: one.reason }),
          noticeModal(one.reason),
        ]) {
          expect(viewProblems(modal)).toEqual([]);
          expect(checkView(modal, 'modal')).toMatchObject({ ok: true });
          expect(said(modal)).not.toContain('mrkdwn');
        }
      }),
      { numRuns: 60 },
    );
  });
});

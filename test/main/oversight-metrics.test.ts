import { describe, expect, it } from 'vitest';
import { createOversightMetrics } from '../../src/main/oversight-metrics.ts';
import { anAnswer, anAsked } from '../store/oversight-samples.ts';

describe('createOversightMetrics()', () => {
  it('counts by rule, group and closed words, and never names a person', async () => {
    const metrics = createOversightMetrics();
    const asked = anAsked({
      rules: ['mail', 'night'],
      groups: ['support', 'leads'],
      members: { support: ['alice'], leads: ['bob'] },
    });
    metrics.asked(asked);
    metrics.answered(asked, anAnswer({ person: 'alice' }), 4);
    metrics.answered(asked, anAnswer({ person: 'zoe', surface: 'web' }), 400);
    metrics.closed({ ...asked, fate: 'approved', outcome: 'rolled_back', undone: 1 });
    metrics.closed({ ...asked, fate: 'expired', outcome: 'expired' });
    metrics.refused({ why: 'too-late', surface: 'cli' });
    metrics.lost();
    const page = await metrics.page();
    for (const line of [
      'countersign_oversight_asked_total{rule="night",group="leads"} 1',
      'countersign_oversight_answers_total{group="support",answer="approve",surface="slack"} 1',
      'countersign_oversight_answers_total{group="leads",answer="approve",surface="web"} 1',
      'countersign_oversight_decide_seconds_bucket{le="5",group="support",answer="approve"} 1',
      'countersign_oversight_decide_seconds_count{group="support",answer="approve"} 2',
      'countersign_oversight_closed_total{rule="mail",fate="approved",outcome="rolled_back"} 1',
      'countersign_oversight_closed_total{rule="mail",fate="expired",outcome="expired"} 1',
      'countersign_oversight_undone_total{rule="mail"} 1',
      'countersign_oversight_refused_clicks_total{why="too-late",surface="cli"} 1',
      'countersign_oversight_lost_total 1',
    ]) {
      expect(page).toContain(line);
    }
    expect(page).not.toContain('leads",answer="approve",surface="slack"');
    for (const person of ['alice', 'bob', 'zoe']) expect(page).not.toContain(person);
  });
});

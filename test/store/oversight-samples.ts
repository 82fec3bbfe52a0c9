/** Records of oversight for tests; every id is new. */
import { randomUUID } from 'node:crypto';
import type { Asked, EarlierDecision, GivenAnswer, RefusedClick } from '../../src/domain/oversight.ts';
import { newRequest } from './samples.ts';

export function anAsked(change: Partial<Asked> = {}): Asked {
  return {
    request: newRequest(),
    version: 1,
    seq: 1,
    agent: 'release-agent',
    tier: 'medium',
    rules: ['branch-delete'],
    groups: ['platform'],
    members: { platform: ['alice', 'bob'] },
    steps: [{ index: 0, tool: 'github.delete_branch', scope: 'github/acme/webshop', target: 'a'.repeat(64) }],
    answers: [],
    fate: 'open',
    undone: 0,
    stuck: 0,
    askedAt: '2026-11-21T12:00:00.000Z',
    ...change,
  };
}

export function anAnswer(change: Partial<GivenAnswer> = {}): GivenAnswer {
  return {
    person: 'alice',
    answer: 'approve',
    at: '2026-11-21T12:01:00.000Z',
    hasReason: false,
    surface: 'slack',
    assurance: 'click',
    ...change,
  };
}

export function aRefusal(change: Partial<RefusedClick> = {}): RefusedClick {
  return {
    id: `click_${randomUUID()}`,
    why: 'too-late',
    surface: 'slack',
    at: '2026-11-21T12:01:00.000Z',
    ...change,
  };
}

export function anEarlier(change: Partial<EarlierDecision> = {}): EarlierDecision {
  return {
    ...{ request: 'req_1', version: 1, agent: 'release-agent', tool: 'github.delete_branch' },
    scope: 'github/acme/webshop',
    similar: 'target',
    fate: 'approved',
    outcome: 'executed',
    answers: [],
    at: '2026-11-21T12:00:30.000Z',
    ...change,
  };
}

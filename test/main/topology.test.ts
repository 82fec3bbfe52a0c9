import { describe, expect, test } from 'vitest';
import { playsAll, requestSettings, workersOf } from '../../src/main/topology.ts';
import { ROLES, type Role } from '../../src/process/setting-table.ts';

const queuesOf = (roles: readonly Role[]) => workersOf(roles).map(({ queue }) => queue);

describe('workersOf()', () => {
  test.each<[Role, readonly string[]]>([
    ['gateway', []],
    ['workflows', ['countersign']],
    ['executor', ['countersign-executor']],
    ['approvals', ['countersign-approvals']],
  ])('gives a process of role %s its own queue and no other', (role, queues) => {
    expect(queuesOf([role])).toEqual(queues);
    for (const { plays } of workersOf([role])) expect(plays).toEqual([role]);
  });

  test('keeps roles that share a process apart unless all are there', () => {
    expect(workersOf(['gateway', 'workflows', 'executor'])).toEqual([
      { queue: 'countersign', plays: ['workflows'] },
      { queue: 'countersign-executor', plays: ['executor'] },
    ]);
    expect(playsAll(['gateway', 'workflows', 'executor'])).toBe(false);
  });

  test('puts all roles on one queue, and answers the queues of roles apart too', () => {
    expect(playsAll(ROLES)).toBe(true);
    expect(workersOf(ROLES)).toEqual([
      { queue: 'countersign', plays: ['workflows', 'executor', 'approvals'] },
      { queue: 'countersign-executor', plays: ['executor'] },
      { queue: 'countersign-approvals', plays: ['approvals'] },
    ]);
  });

  test('serves every queue a request of the same installation may name', () => {
    const apart = requestSettings({ together: false });
    const served = ROLES.flatMap((role) => queuesOf([role]));
    expect(served).toEqual(expect.arrayContaining([apart.executorQueue, apart.approvalsQueue]));
    const together = requestSettings({ together: true });
    for (const { executorQueue, approvalsQueue } of [apart, together])
      expect(queuesOf(ROLES)).toEqual(expect.arrayContaining([executorQueue, approvalsQueue]));
    expect([apart.readsLocally, together.readsLocally]).toEqual([false, true]);
  });
});

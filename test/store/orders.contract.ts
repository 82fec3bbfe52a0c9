import { describe, test } from 'vitest';
import { revocationFor, switchFor } from '../../src/domain/orders.ts';
import { until } from '../support/until.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { aHalt, aRevocation, aSwitch } from './samples.ts';

/** How soon everybody knows what an operator said. */
const KNOWN_WITHIN_MS = 1_000;

export function ordersContract(store: StoreUnderTest): void {
  const inForce = () => store().orders.inForce(new Date());

  describe('standing orders', () => {
    test('inForce() knows within a second what was halted, revoked and switched off, and what no more', async () => {
      await inForce();
      const [halt, revocation, off] = [aHalt(), aRevocation({ kind: 'agent' }), aSwitch()];
      await Promise.all([
        store().halts.add(halt),
        store().revocations.add(revocation),
        store().switches.set(off),
      ]);
      const seen = async () => {
        const { halts, revocations, switches } = await inForce();
        return [
          halts.some(({ id }) => id === halt.id),
          revocationFor(revocations, { agent: revocation.subject, session: null, token: null }) !== undefined,
          switchFor(switches, { tool: off.subject, effect: 'read', environment: 'prod' }) !== undefined,
        ];
      };
      await until('all are known', async () => !(await seen()).includes(false), KNOWN_WITHIN_MS);
      await store().halts.lift(halt.id, 'bob');
      await store().revocations.lift(revocation.subject, 'bob');
      await store().switches.remove(off.subject, 'prod', 'bob');
      await until('none is known', async () => !(await seen()).includes(true), KNOWN_WITHIN_MS);
    });

    test('inForce() reads the halts made as files too', async () => {
      const halt = aHalt();
      await store().haltFiles.add(halt);
      const known = async () => (await inForce()).halts.some(({ id }) => id === halt.id);
      await until('the file is known', known, KNOWN_WITHIN_MS);
      await store().haltFiles.lift(halt.id, 'bob');
    });
  });
}

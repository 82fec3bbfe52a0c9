/**
 * A model of deciding: random histories of votes, repeats, people who come and go, edits, expiry and attempts to run are
 * played to the real record, admission and executor's check, beside a naive judge that tries every seating of people.
 * Only signatures are left out: the verifier reads plain JSON, so that a hundred thousand steps take seconds.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdmit } from '../../activities/admit.ts';
import { isApproved } from '../../activities/consent.ts';
import { createDirectory } from '../../src/approvals/directory.ts';
import type { Absence } from '../../src/domain/absence.ts';
import { ASSURANCES, assuranceFor, type Decision, isAsSure } from '../../src/domain/decision.ts';
import type { Person } from '../../src/domain/people.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { highestTier } from '../../src/domain/quorum.ts';
import type { RequestInput } from '../../src/domain/request.ts';
import { type ApprovalGate, groupsOf } from '../../src/domain/verdict.ts';
import { admissionOf } from '../../workflows/inquiries.ts';
import { RequestRecord } from '../../workflows/request-record.ts';
import { ACME, person } from '../approvals/acme.ts';
import { gate } from './stage.ts';

const MINUTE_MS = 60_000;
const GLASS = { group: 'leads', people: 2, minutes: 15, channel: 'operators' };
const IDS = ['ann', 'ben', 'cat', 'dee', 'eve', 'fay'] as const;
const GROUPS = ['a', 'b', 'leads'] as const;

type Op =
  | {
      readonly op: 'vote';
      readonly who: number;
      readonly answer: Decision['answer'];
      readonly firm: number;
      readonly glass: boolean;
      readonly reason: boolean;
    }
  | { readonly op: 'repeat'; readonly nth: number }
  | { readonly op: 'leave' | 'return'; readonly who: number }
  | { readonly op: 'regroup'; readonly who: number; readonly groups: readonly string[] }
  | { readonly op: 'away'; readonly who: number; readonly delegate: number }
  | { readonly op: 'back'; readonly who: number }
  | { readonly op: 'own'; readonly who: number }
  | { readonly op: 'tick'; readonly minutes: number }
  | { readonly op: 'edit' | 'settle' | 'run' | 'cancel' };

const who = fc.nat(IDS.length - 1);
const anyOp: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant('vote' as const),
      who,
      answer: fc.nat(11).map((nth) => (nth === 0 ? ('deny' as const) : ('approve' as const))),
      firm: fc.constantFrom(0, 1, 2, 2, 2),
      glass: fc.nat(3).map((nth) => nth === 0),
      reason: fc.nat(3).map((nth) => nth > 0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('repeat' as const), nth: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('leave' as const, 'return' as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('regroup' as const), who, groups: fc.subarray([...GROUPS]) }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('away' as const), who, delegate: who }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('back' as const), who }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('own' as const), who }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('tick' as const), minutes: fc.nat(30) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constantFrom(
        'settle' as const,
        'settle' as const,
        'run' as const,
        'run' as const,
        'edit' as const,
        'cancel' as const,
      ),
    }),
  },
);

const anyGates = fc
  .array(
    fc.record({
      group: fc.constantFrom('a', 'b'),
      quorum: fc.integer({ min: 1, max: 2 }),
      tier: fc.constantFrom('low', 'medium', 'high', 'critical'),
      needsReason: fc.boolean(),
    }),
    { minLength: 1, maxLength: 2 },
  )
  .map((list) =>
    list.map(({ group, quorum, tier, needsReason }) =>
      gate(group, quorum, { tier, ...(needsReason ? { needsReason } : {}) }),
    ),
  );

/** The real parts, in a small organisation whose people and hours the test moves. */
class Office {
  readonly gates: readonly ApprovalGate[];
  readonly record: RequestRecord;
  readonly said: Decision[] = [];
  people: Person[] = IDS.map((id, index) => person(id, index < 3 ? ['a'] : index < 5 ? ['b'] : ['leads']));
  owner = 'fay';
  absences: Absence[] = [];
  now = Date.parse('2026-11-28T12:00:00Z');
  ran = 0;

  constructor(gates: readonly ApprovalGate[]) {
    this.gates = gates;
    this.record = new RequestRecord(INPUT);
    const step = { tool: 't', effect: 'write', reversibility: 'reversible', target: TARGET } as const;
    const verdict = { effect: 'approve', rules: [], gates, policyVersion: 'p' } as const;
    this.record.judged({ policyVersion: 'p', owner: this.owner, digest: 'd', steps: [{ ...step, verdict }] });
    this.ask();
  }

  ask(): void {
    this.record.ask(planOf(this.record.version + 1), 0, 3_600_000);
  }

  get deps() {
    const agents = ACME.agents.slice(0, 1).map((one) => ({ ...one, owner: this.owner }));
    const directory = createDirectory({ ...ACME, people: this.people, agents });
    const verify = async (jws: string) => JSON.parse(jws) as Decision;
    return {
      directory,
      verifier: { verify },
      decisions: { verify },
      seals: { verify: async () => Promise.reject(new Error('no seal here')) },
      absences: { inForce: async () => this.absences },
      approvalSettings: async () => ({ breakGlass: GLASS }),
      clock: () => new Date(this.now),
    };
  }

  async hear(decision: Decision): Promise<void> {
    const result = await createAdmit(this.deps)(admissionOf(this.record, JSON.stringify(decision)));
    if (result.admission.admitted) this.record.count(result.admission.vote, result);
  }

  /** What the story does with a complete answer. */
  settle(): void {
    const { asking, stage } = this.record;
    if (stage !== 'waiting' || asking === undefined) return;
    if (asking.denial !== undefined) this.end('rejected');
    else if (asking.quorum.met) this.record.approve();
  }

  end(outcome: 'rejected' | 'cancelled'): void {
    if (this.record.stage !== 'closed')
      this.record.close({ kind: 'ending', outcome, message: '', undo: false });
  }

  /** What the executor does: it believes nobody. True when the step ran. */
  async run(): Promise<boolean> {
    if (this.record.stage !== 'running') return false;
    const { asking, id } = this.record;
    const { plan } = asking ?? {};
    if (plan === undefined) return false;
    const input = {
      request: id,
      seal: '',
      step: 0,
      ask: ASK,
      runs: 't',
      announced: [],
      decisions: this.record.decisions,
    };
    const proof = {
      version: plan.version,
      digest: plan.digest,
      stepDigests: [],
      step: plan.steps[0] as never,
    };
    const claims = {
      request: id,
      agent: 'release-agent',
      onBehalfOf: null,
      confidence: null,
      asks: [],
      receivedAt: '',
      edits: [],
    };
    return isApproved({ ...input, plan: proof }, claims, this.gates, this.deps as never);
  }
}

const ASK = { tool: 't', args: {} };
const TARGET = { kind: 'x', id: 'x', label: 'x', scope: 'x', tier: 1, traits: [] } as const;
const INPUT = {
  id: 'req_model',
  agent: 'release-agent',
  reason: 'r',
  steps: [ASK],
  receivedAt: '',
  seal: '',
  settings: {},
} as unknown as RequestInput;

function planOf(version: number): Plan {
  const step = {
    index: 0,
    ask: 'a',
    tool: 't',
    title: 'T',
    effect: 'write',
    reversibility: 'reversible',
    target: TARGET,
    facts: [],
    undo: null,
  } as const;
  return { version, digest: `${version}`.repeat(64).slice(0, 64), stepDigests: [], steps: [step] };
}

/** Every way to seat these people, each under their own name or one absent person's, tried in turn. */
function canBeSeated(office: Office, voters: readonly string[]): boolean {
  const places = uniqueNeeds(office.gates);
  const byId = new Map(office.people.map((one) => [one.id, one]));
  const may = (id: string) => byId.get(id)?.active === true && id !== office.owner;
  const able = voters.filter(may);
  const authorities = (id: string) => [
    id,
    ...office.absences.flatMap((one) =>
      one.delegate === id && may(one.person) && !voters.includes(one.person) ? [one.person] : [],
    ),
  ];
  const seat = (place: number, seated: readonly string[], used: readonly string[]): boolean => {
    const groups = places[place];
    if (groups === undefined) return true;
    return able.some(
      (id) =>
        !seated.includes(id) &&
        authorities(id).some(
          (as) =>
            !used.includes(as) &&
            groups.some((group) => byId.get(as)?.groups.includes(group)) &&
            seat(place + 1, [...seated, id], [...used, as]),
        ),
    );
  };
  return places.length > 0 && seat(0, [], []);
}

function uniqueNeeds(gates: readonly ApprovalGate[]): readonly (readonly string[])[] {
  const most = new Map<string, number>();
  for (const one of gates) {
    const key = groupsOf(one).join(' ');
    most.set(key, Math.max(one.quorum, most.get(key) ?? 0));
  }
  return [...most].flatMap(([key, count]) => Array.from({ length: count }, () => key.split(' ')));
}

/** What people really said about the version on the table, held against how things are now: the naive judge. */
function mayRun(office: Office): boolean {
  const { version } = office.record;
  const said = office.said.filter((one) => one.version === version);
  const wanted = assuranceFor(highestTier(office.gates));
  const wantsReason = office.gates.some(({ needsReason }) => needsReason === true);
  const firm = said.filter(
    (one) =>
      one.answer === 'approve' &&
      isAsSure(one.assurance ?? 'click', wanted) &&
      (one.reason !== undefined || (!wantsReason && one.breakGlass === undefined)),
  );
  if (canBeSeated(office, [...new Set(firm.map((one) => one.person))])) return true;
  const broke = firm.filter((one) => {
    const now = office.people.find(({ id }) => id === one.person);
    const recent = office.now - Date.parse(one.at) <= GLASS.minutes * MINUTE_MS;
    return one.breakGlass && recent && now?.active && now.groups.includes('leads') && now.id !== office.owner;
  });
  const isSure = broke.some(({ assurance }) => assurance === 'passkey');
  return new Set(broke.map((one) => one.person)).size >= GLASS.people || isSure;
}

async function play(office: Office, op: Op): Promise<void> {
  const id = 'who' in op ? (IDS[op.who] ?? 'ann') : 'ann';
  const change = (make: (one: Person) => Person) => {
    office.people = office.people.map((one) => (one.id === id ? make(one) : one));
  };
  if (op.op === 'vote') {
    const { version } = office.record;
    const decision: Decision = {
      ...{
        id: `d-${office.said.length}`,
        request: 'req_model',
        version,
        digest: planOf(version).digest,
        person: id,
      },
      ...{ answer: op.answer, surface: 'slack', assurance: ASSURANCES[op.firm] ?? 'click' },
      ...(op.reason ? { reason: 'Because' } : {}),
      ...(op.glass ? { breakGlass: true } : {}),
      at: new Date(office.now).toISOString(),
    };
    office.said.push(decision);
    await office.hear(decision);
  } else if (op.op === 'repeat') {
    const again = office.said[op.nth % Math.max(1, office.said.length)];
    if (again !== undefined) await office.hear(again);
  } else if (op.op === 'leave' || op.op === 'return')
    change((one) => ({ ...one, active: op.op === 'return' }));
  else if (op.op === 'regroup') change((one) => ({ ...one, groups: op.groups }));
  else if (op.op === 'own') office.owner = id;
  else if (op.op === 'tick') office.now += op.minutes * MINUTE_MS;
  else if (op.op === 'back') office.absences = office.absences.filter((one) => one.person !== id);
  else if (op.op === 'away') {
    const [from, until] = ['2026-11-01T00:00:00Z', '2026-12-31T00:00:00Z'];
    const delegate = IDS[op.delegate] ?? 'ben';
    office.absences = [
      ...office.absences,
      { id: `abs-${id}`, person: id, delegate, from, until, madeAt: from, by: id },
    ];
  } else if (op.op === 'edit' && office.record.stage === 'waiting') office.ask();
  else if (op.op === 'settle') office.settle();
  else if (op.op === 'cancel') office.end('cancelled');
}

describe('deciding', () => {
  it('reaches execution by no sequence of events without the quorum, over a hundred thousand steps', async () => {
    let [steps, runs] = [0, 0];
    await fc.assert(
      fc.asyncProperty(anyGates, fc.array(anyOp, { minLength: 30, maxLength: 70 }), async (gates, ops) => {
        const office = new Office(gates);
        for (const op of ops) {
          steps += 1;
          if (op.op !== 'run') await play(office, op);
          else if (await office.run()) {
            runs += 1;
            expect(mayRun(office), 'it ran').toBe(true);
            // A deny that counted before it was approved would have ended it; none from anybody eligible is left.
            expect(office.record.asking?.denial).toBeUndefined();
          }
        }
      }),
      { numRuns: 2_200 },
    );
    expect(steps).toBeGreaterThan(100_000);
    // A model that never runs anything would prove nothing.
    expect(runs).toBeGreaterThan(100);
  }, 120_000);
});

/** Cards and modals of every tool, with the largest arguments its schema takes, in hostile letters. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesOf } from '../../src/approvals/names.ts';
import type { CardStep } from '../../src/domain/card.ts';
import { BODY_BYTES_MAX } from '../../src/gateway/server.ts';
import { drawCard } from '../../src/slack/cards/draw-card.ts';
import { grantModal } from '../../src/slack/cards/grant-modal.ts';
import { blockProblems, viewProblems } from '../../src/slack/cards/limits.ts';
import { askModal, denyModal, detailsModal, reviewModal } from '../../src/slack/cards/modals.ts';
import { createCatalogue } from '../../src/tools/catalogue.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { ACME } from '../approvals/acme.ts';
import { hostileView, step } from './views.ts';

const NAMES = namesOf(ACME);
const catalogue = createCatalogue({
  mail: { from: 'agents@acme.example', internalDomains: ['acme.example'], clock: () => new Date(0) } as never,
});
const registry = createRegistry(catalogue);

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly maximum?: number;
}

/** The largest value that the schema's bounds take, every text of it in these letters. */
function largest(schema: Schema, letters: string): unknown {
  const { anyOf, oneOf, properties, items, maxItems = 3, maxLength = 300, maximum = 1_000_000 } = schema;
  const [choice] = anyOf ?? oneOf ?? [];
  if (choice !== undefined) return largest(choice, letters);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (properties !== undefined)
    return Object.fromEntries(
      Object.entries(properties).map(([name, part]) => [name, largest(part, letters)]),
    );
  if (items !== undefined)
    return Array.from({ length: Math.min(maxItems, 100) }, () => largest(items, letters));
  if (schema.type === 'string') return letters.repeat(maxLength).slice(0, maxLength);
  if (schema.type === 'integer' || schema.type === 'number') return maximum;
  return schema.type === 'boolean' ? true : letters;
}

const LETTERS = ['x', '\u202E', '𝒜', '👩‍👩‍👧‍👦', '<!here>', '\n', '\u0000', '"\\', 'ﷺ', '\uD800'];

/** As many steps of a tool as one body of the door can hold, each as the tool's own preview words it. */
function stepsOf(name: string, letters: string, wanted: number): readonly CardStep[] {
  const tool = registry.get(name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  const args = largest(registry.jsonSchema(name) as Schema, letters) as never;
  const fitting = Math.max(1, Math.floor(BODY_BYTES_MAX / Buffer.byteLength(JSON.stringify(args))));
  const one = step({
    ...{ tool: name, title: tool.title, effect: tool.effect, reversibility: tool.reversibility },
    target: tool.target(args),
    facts: tool.preview(args),
    undo: tool.undoSentence?.(args) ?? null,
  });
  return Array.from({ length: Math.min(wanted, fitting) }, (_, index) => ({ ...one, index }));
}

describe.each(registry.names())('%s', (name) => {
  it('with its largest arguments fits on cards and in modals, one step or twenty', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...LETTERS),
        hostileView,
        fc.constantFrom(1, 20),
        (letters, around, count) => {
          const steps = stepsOf(name, letters, count);
          const card = { ...around, steps };
          const title = steps[0]?.target.label ?? '';
          const { blocks, text } = drawCard(card, NAMES);
          expect(blockProblems(blocks, text)).toEqual([]);
          for (const modal of [
            detailsModal(card, NAMES),
            reviewModal(card, NAMES, { earlier: [], reasonCharsMin: 20 }),
            denyModal({ ...card, title }),
            askModal({ ...card, title }),
            ...(steps.length === 1 ? [grantModal(card, NAMES)] : []),
          ])
            expect(viewProblems(modal)).toEqual([]);
        },
      ),
      { numRuns: 8 },
    );
  });
});

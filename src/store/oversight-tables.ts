/** The tables of oversight as Kysely sees them. */
import type { Asked, AskedStep, GivenAnswer, RefusedClick } from '../domain/oversight.ts';

export interface OversightAskedTable {
  request: string;
  version: number;
  seq: number;
  agent: string;
  tier: Asked['tier'];
  rules: readonly string[];
  groups: readonly string[];
  members: Readonly<Record<string, readonly string[]>> | null;
  fate: Asked['fate'];
  edited_by: string | null;
  outcome: NonNullable<Asked['outcome']> | null;
  effects: NonNullable<Asked['effects']> | null;
  undone: number;
  stuck: number;
  asked_at: Date;
  shown_at: Date | null;
  closed_at: Date | null;
}

export interface OversightStepsTable extends Omit<AskedStep, 'index'> {
  request: string;
  version: number;
  step: number;
  agent: string;
  asked_at: Date;
}

export interface OversightAnswersTable extends Omit<GivenAnswer, 'hasReason' | 'at'> {
  request: string;
  version: number;
  has_reason: boolean;
  /** False while a door recorded it and no card showed it. */
  admitted: boolean;
  at: Date;
}

export interface OversightRefusalsTable {
  id: string;
  why: RefusedClick['why'];
  surface: RefusedClick['surface'];
  person: string | null;
  request: string | null;
  version: number | null;
  at: Date;
}

export interface OversightTables {
  oversight_asked: OversightAskedTable;
  oversight_steps: OversightStepsTable;
  oversight_answers: OversightAnswersTable;
  oversight_refusals: OversightRefusalsTable;
}

/** `muster`: whether anybody is left who could decide, before people are asked and whenever they are reminded. */
import { exclusionsNow } from '../src/approvals/exclusions.ts';
import { type MusterDeps, muster } from '../src/approvals/muster.ts';
import type { ApprovalSettingsReader } from '../src/domain/approval-settings.ts';
import type { JudgeActivities } from './contract.ts';

export interface CreateMusterDeps extends MusterDeps {
  readonly approvalSettings: ApprovalSettingsReader;
}

export function createMuster(deps: CreateMusterDeps): JudgeActivities['muster'] {
  return async ({ gates, agent, editors = [], ...behind }) => {
    const excluded = await exclusionsNow(agent, behind, deps.directory);
    const { needs, enough, fallbacks, askAtOnce } = await muster(gates, [...excluded, ...editors], deps);
    const { alerts } = await deps.approvalSettings();
    return {
      ...{ needs, enough, fallbacks, askAtOnce },
      ...(alerts === undefined ? {} : { alertChannel: alerts.channel }),
    };
  };
}

/** A request as the door hands it out: the view, marked where others' words stand, with its addresses. */
import type { RequestView, StepView } from '../domain/request.ts';
import { RESULT_IS } from './view.schema.ts';

/** Addresses put into answers. `temporalUrlFor` only where the reader can open the Temporal UI. */
export interface Links {
  readonly selfUrl: (id: string) => string;
  readonly temporalUrlFor?: (id: string) => string;
}

export interface RequestAnswer extends RequestView {
  readonly steps: readonly (StepView & { readonly resultIs?: typeof RESULT_IS })[];
  readonly links: { readonly self: string; readonly history?: string };
}

export function asAnswered(view: RequestView, links: Links): RequestAnswer {
  const history = links.temporalUrlFor?.(view.id);
  return {
    ...view,
    steps: view.steps.map(markResult),
    links: { self: links.selfUrl(view.id), ...(history === undefined ? {} : { history }) },
  };
}

function markResult(step: StepView): RequestAnswer['steps'][number] {
  return step.result === undefined ? step : { ...step, resultIs: RESULT_IS };
}

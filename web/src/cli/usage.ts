import { toJson } from '../wasm/json';
import type { Core, MeasureOptions, PlanOptions, SolveRequest } from '../core';
import { Problem } from '../core';

/** What can be told of a command line before any file is looked at: whether it means anything. */

/** A command line that means nothing, whatever the files are. */
export class UsageProblem extends Problem {}

/** Checks of the core's, each for a part of a command line. They throw UsageProblem. */
export function checksOf({ module }: Pick<Core, 'module'>) {
  const expectMeaning = (sentence: string) => {
    if (sentence) throw new UsageProblem(sentence);
  };
  return {
    plan: (options: PlanOptions) => expectMeaning(module.checkPlanOptions(toJson(options))),
    measure: (options: MeasureOptions) => expectMeaning(module.checkMeasureOptions(toJson(options))),
    solve: (request: SolveRequest) => expectMeaning(module.checkSolveRequest(toJson(request))),
    scaleAnalysis: (options: { format?: string }) => expectMeaning(module.checkScaleAnalysis(toJson(options))),
    method: (name: string | undefined) => {
      if (name !== undefined) expectMeaning(module.checkMethod(name));
    },
  };
}

export type Checks = ReturnType<typeof checksOf>;

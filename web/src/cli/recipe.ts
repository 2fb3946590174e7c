import { toJson } from '../wasm/json';
import { Problem, readRecipe, sentenceOf, type Core, type PlanOptions } from '../core';
import { readText } from '../platform/node-files';
import { planOptions, type RecipeOptions } from './options';

/** What a recipe file asks for; rules and the method of the command line go first. Throws Problem. */
export function withRecipe({ module }: Pick<Core, 'module'>, path: string, options: RecipeOptions): PlanOptions {
  const chosen = asked(path, readText(path), options);
  const sentence = module.checkPlanOptions(toJson(chosen));
  if (sentence) throw new Problem(`${path}: ${sentence}`);
  return chosen;
}

function asked(path: string, text: string, options: RecipeOptions): PlanOptions {
  try {
    const { type, method, tensorTypes = [], pruneLayers } = readRecipe(text);
    return planOptions(type, {
      ...options,
      tensorTypeFile: [...(options.tensorTypeFile ?? []), ...tensorTypes],
      ...(options.method === undefined && method !== undefined && { method }),
      ...(options.pruneLayers === undefined && pruneLayers !== undefined && { pruneLayers }),
    });
  } catch (error) {
    throw new Problem(`${path}: ${sentenceOf(error)}`);
  }
}

import { Problem, readRecipe, type PlanOptions, type RecipeFile } from '../core';
import { readText } from '../platform/node-files';
import { planOptions, type RecipeOptions } from './options';

/** What a recipe file asks for; rules and the method of the command line go first. Throws Problem. */
export function withRecipe(path: string, options: RecipeOptions): PlanOptions {
  let recipe: RecipeFile['options'];
  try {
    recipe = readRecipe(readText(path));
  } catch (error) {
    throw error instanceof Problem && !error.message.includes(path) ? new Problem(`${path}: ${error.message}`) : error;
  }
  const method = options.method ?? recipe.method;
  return planOptions(recipe.type, {
    ...options,
    tensorType: [...(options.tensorType ?? []), ...(recipe.tensorTypes ?? [])],
    ...(method !== undefined && { method }),
  });
}

import { percent, plural, quantity } from './units';

/** What was found to lie on a type's grid already, and how it stays so: OnGrid of the wasm types. */
export function onGridSentence(found: {
  type: string;
  method: string;
  tensors: readonly string[];
  kept: number;
  blocks: number;
}): string {
  const { method, tensors, kept, blocks } = found;
  const type = found.type.toUpperCase();
  const lie = tensors.length === 1 ? 'lies' : 'lie';
  const how =
    kept === blocks
      ? `keeps them exactly in all ${quantity(blocks)} blocks looked at.`
      : `keeps ${percent(kept / blocks)} of the ${quantity(blocks)} blocks looked at exactly. ` +
        'In the others some weights come out as a neighbour of what is stored.';
  const which = `${plural(tensors.length, 'tensor')} already ${lie} on ${type}’s grid`;
  return `${which}: type ${type} with method ${method} ${how}`;
}

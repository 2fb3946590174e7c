/** Sentences of the Lab, with the words of the field explained where they first stand. */
import type { ComponentChildren, VNode } from 'preact';
import { Rich } from '../parts/rich';
import { term } from '../parts/term';

const TERMS = {
  block: term('block'),
  superBlock: term('superBlock'),
  scale: term('scale'),
  minimum: term('minimum'),
  importance: term('imatrix'),
  weight: term('weight'),
  tensor: term('tensor'),
  layer: term('layer'),
  em: (words: string) => <em>{words}</em>,
};

/** A sentence in which {scale|…} and the like stand. */
export function Told({ text, parts }: { text: string; parts?: Record<string, ComponentChildren> }): VNode {
  return <Rich text={text} parts={{ ...TERMS, ...parts }} />;
}

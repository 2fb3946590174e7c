import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { sentenceOf } from '../../core/index';
import { openFiles } from '../engine';
import { tellProblem } from '../state/notices';
import type { Result } from '../state/results';
import { plural } from '../../text/units';

/** Opens the written file like any other and compares its header with the plan. */
async function readBack({ report, plan }: Result): Promise<string> {
  const packed = plan.container === 'safetensors';
  const files = report.files.flatMap((file) =>
    file.blob ? [new File([file.blob], file.name || (packed ? 'output.safetensors' : 'output.gguf'))] : [],
  );
  if (packed) files.length = Math.min(files.length, 1); // the others are configuration
  if (files.length === 0) return '';
  const model = await openFiles(files);
  try {
    const { tensors } = model.info;
    if (packed) {
      const starts = new Set(tensors.map(({ offset }) => offset));
      const ends = new Set(tensors.map(({ offset, bytes }) => offset + bytes));
      const torn = plan.tensors.find(
        ({ offset, outputBytes }) => outputBytes > 0 && !(starts.has(offset) && ends.has(offset + outputBytes)),
      );
      if (torn) throw new Error(`the header of the output differs from the plan at ${torn.name}`);
      return `Read back: ${plural(tensors.length, 'tensor')}, in the places that were planned.`;
    }
    const wrong = plan.tensors.find((planned, index) => {
      const found = tensors[index];
      return (
        !found ||
        found.name !== planned.name ||
        found.type.toLowerCase() !== planned.to.toLowerCase() ||
        found.offset !== planned.offset ||
        found.bytes !== planned.outputBytes
      );
    });
    if (tensors.length !== plan.tensors.length || wrong)
      throw new Error(`the header of the output differs from the plan${wrong ? ` at ${wrong.name}` : ''}`);
    return `Read back: ${plural(tensors.length, 'tensor')}, names, types, sizes and places as planned.`;
  } finally {
    model.close();
  }
}

const withoutStop = (sentence: string) => sentence.replace(/\.$/, '');

export function ReadBack({ shown }: { shown: Result }): VNode | null {
  const [said, setSaid] = useState('');
  useEffect(() => {
    let current = true;
    readBack(shown).then(
      (text) => current && setSaid(text),
      (error: unknown) => {
        if (!current) return;
        setSaid(`Reading the output back failed: ${withoutStop(sentenceOf(error))}. Do not use this file.`);
        tellProblem(`Do not use ${shown.output}`, `Reading it back failed: ${withoutStop(sentenceOf(error))}.`);
      },
    );
    return () => {
      current = false;
    };
  }, [shown]);
  return said === '' ? null : <p class="read-back">{said}</p>;
}

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { sentenceOf } from '../../core/index';
import { openFiles } from '../engine';
import { tellProblem } from '../state/notices';
import type { Result } from '../state/results';
import { texts } from '../../text/texts';

interface Read {
  packed: boolean;
  tensors: number;
}

/** Opens the written file like any other and compares its header with the plan. */
async function readBack({ report, plan }: Result): Promise<Read | null> {
  const packed = plan.container === 'safetensors';
  const files = report.files.flatMap((file) =>
    file.blob ? [new File([file.blob], file.name || (packed ? 'output.safetensors' : 'output.gguf'))] : [],
  );
  if (packed) files.length = Math.min(files.length, 1); // the others are configuration
  if (files.length === 0) return null;
  const model = await openFiles(files);
  const words = texts().result.readBack;
  try {
    const { tensors } = model.info;
    if (packed) {
      const starts = new Set(tensors.map(({ offset }) => offset));
      const ends = new Set(tensors.map(({ offset, bytes }) => offset + bytes));
      const torn = plan.tensors.find(
        ({ offset, outputBytes }) => outputBytes > 0 && !(starts.has(offset) && ends.has(offset + outputBytes)),
      );
      if (torn) throw new Error(words.differsAt(torn.name));
      return { packed, tensors: tensors.length };
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
      throw new Error(wrong ? words.differsAt(wrong.name) : words.differs);
    return { packed, tensors: tensors.length };
  } finally {
    model.close();
  }
}

const withoutStop = (sentence: string) => sentence.replace(/\.$/, '');

export function ReadBack({ shown }: { shown: Result }): VNode | null {
  const [found, setFound] = useState<Read | { problem: string } | null>(null);
  useEffect(() => {
    let current = true;
    readBack(shown).then(
      (read) => current && setFound(read),
      (error: unknown) => {
        if (!current) return;
        const problem = withoutStop(sentenceOf(error));
        const words = texts().result.readBack;
        setFound({ problem });
        tellProblem(words.doNotUse(shown.output), words.why(problem));
      },
    );
    return () => {
      current = false;
    };
  }, [shown]);
  if (found === null) return null;
  const words = texts().result.readBack;
  if ('problem' in found) return <p class="read-back">{words.failed(found.problem)}</p>;
  return <p class="read-back">{(found.packed ? words.packed : words.asPlanned)(found.tensors)}</p>;
}

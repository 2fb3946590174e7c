import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { openFiles } from '../engine';
import type { Result } from '../state/running';
import { plural } from '../../text/units';

/** Opens the written file like any other and compares its header with the plan. */
async function readBack({ report, plan }: Result): Promise<string> {
  const files = report.files.flatMap((file) => (file.blob ? [new File([file.blob], file.name || 'output.gguf')] : []));
  if (files.length === 0) return '';
  const model = await openFiles(files);
  try {
    const { tensors } = model.info;
    const wrong = plan.tensors.find((planned, index) => {
      const found = tensors[index];
      return !found || found.name !== planned.name || found.type.toLowerCase() !== planned.to.toLowerCase() || found.offset !== planned.offset || found.bytes !== planned.outputBytes;
    });
    if (tensors.length !== plan.tensors.length || wrong) throw new Error(`the header of the output differs from the plan${wrong ? ` at ${wrong.name}` : ''}`);
    return `Read back: ${plural(tensors.length, 'tensor')}, names, types, sizes and places as planned.`;
  } finally {
    model.close();
  }
}

export function ReadBack({ shown }: { shown: Result }): VNode | null {
  const [said, setSaid] = useState<{ text: string; bad: boolean } | null>(null);
  useEffect(() => {
    let current = true;
    readBack(shown).then(
      (text) => current && setSaid({ text, bad: false }),
      (error: Error) => current && setSaid({ text: `Reading the output back failed: ${error.message}. Do not use this file.`, bad: true }),
    );
    return () => {
      current = false;
    };
  }, [shown]);
  if (!said || said.text === '') return null;
  return <p class={said.bad ? 'notice bad' : 'read-back'}>{said.text}</p>;
}

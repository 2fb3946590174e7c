/** The Lab zoomed out: from one block to all blocks of the open model. */
import { fromJson } from '../../../wasm/json';
import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { texts } from '../../../text/texts';
import type { Opened } from '../../state/opening';
import { wholeCore } from '../../engine';
import { decodableTensors } from '../from-model';
import { LevelEditor } from './level-editor';
import { GroupsPanel, NumberFormatsPanel } from './number-formats-panel';
import { ScaleAnalysisPanel } from './scale-analysis-panel';

export type Analysis = 'divisors' | 'formats' | 'levels' | 'groups';

/** Levels of one's own; null while none were made. The comparison of formats takes them in. */
const ownLevels = signal<readonly number[] | null>(null);

const firstLevels = (): readonly number[] =>
  (wholeCore.peek() && fromJson(wholeCore.peek()!.module.levelPresets())[0]?.levels) || [-1, 1];

export function AnalysisPanel({ opened, what }: { opened: Opened; what: Analysis }): VNode | null {
  const { model } = opened;
  const tensors = useMemo(() => decodableTensors(model).filter(({ shape }) => shape.length > 1), [model]);
  const first = useMemo(firstLevels, [model]);
  if (tensors.length === 0) return <p class="notice">{texts().lab.noMatrix}</p>;
  switch (what) {
    case 'divisors':
      return <ScaleAnalysisPanel opened={opened} tensors={tensors} />;
    case 'formats':
      return <NumberFormatsPanel opened={opened} tensors={tensors} levels={ownLevels.value} />;
    case 'levels':
      return (
        <LevelEditor
          opened={opened}
          tensors={tensors}
          levels={ownLevels.value ?? first}
          onChange={(next) => {
            ownLevels.value = next;
          }}
        />
      );
    case 'groups':
      return <GroupsPanel opened={opened} />;
  }
}

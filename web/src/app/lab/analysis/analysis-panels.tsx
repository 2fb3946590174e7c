/** The Lab zoomed out: from one block to all blocks of the open model. */
import { fromJson } from '../../../wasm/json';
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Opened } from '../../state/opening';
import { decodableTensors } from '../from-model';
import { LevelEditor } from './level-editor';
import { GroupsPanel, NumberFormatsPanel } from './number-formats-panel';
import { ScaleAnalysisPanel } from './scale-analysis-panel';

export function AnalysisPanels({ opened }: { opened: Opened }): VNode | null {
  const { model } = opened;
  const tensors = useMemo(() => decodableTensors(model).filter(({ shape }) => shape.length > 1), [model]);
  const [levels, setLevels] = useState<readonly number[]>(
    () => fromJson(model.core.module.levelPresets())[0]?.levels ?? [-1, 1],
  );
  const [edited, setEdited] = useState(false);
  if (tensors.length === 0) return null;
  return (
    <>
      <ScaleAnalysisPanel opened={opened} tensors={tensors} />
      <NumberFormatsPanel opened={opened} tensors={tensors} levels={edited ? levels : null} />
      <LevelEditor
        opened={opened}
        tensors={tensors}
        levels={levels}
        onChange={(next) => {
          setLevels(next);
          setEdited(true);
        }}
      />
      <GroupsPanel opened={opened} />
    </>
  );
}

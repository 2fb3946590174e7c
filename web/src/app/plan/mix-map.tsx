/** The types of a mix, layer by role, and the means to change one. */
import { extent, group } from 'd3-array';
import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ChartFrame } from '../../charts/frame';
import { type Cell, LayerMap, RampLegend } from '../../charts/layer-map';
import { ROLE_ORDER, ROLE_STYLES } from '../../charts/roles';
import type { Mix, Role, TypeChoice } from '../../core/index';
import { measurement } from '../state/measuring';
import { giveType } from '../state/mixing';
import { bytes, fixed, percent, tally } from '../../text/units';
import { language, texts } from '../../text/texts';

type MixTensor = Mix['tensors'][number];

const bitsOf = (tensors: readonly MixTensor[]) =>
  (8 * tensors.reduce((sum, tensor) => sum + tensor.bytes, 0)) /
  Math.max(
    1,
    tensors.reduce((sum, tensor) => sum + tensor.weights, 0),
  );

/** One cell for each role in each layer, with the bits its tensors take. */
function typeCells(mix: Mix): { cells: Cell[]; roles: Role[]; layers: number; tensors: Map<string, MixTensor[]> } {
  const inLayers = mix.tensors.filter((tensor) => tensor.layer !== null);
  const tensors = group(inLayers, (tensor) => `${tensor.role} ${tensor.layer}`);
  const cells = [...tensors.values()].map((one): Cell => {
    const [first] = one as [MixTensor];
    return {
      role: first.role,
      layer: first.layer!,
      value: bitsOf(one),
      lines: [
        tally(one.map((tensor) => tensor.type)),
        ...(one.length === 1 && first.relativeError !== null
          ? [texts().plan.errorOfCell(percent(first.relativeError, 2))]
          : []),
        bytes(one.reduce((sum, tensor) => sum + tensor.bytes, 0)),
      ],
    };
  });
  cells.sort((a, b) => a.layer - b.layer || ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role));
  return {
    cells,
    roles: ROLE_ORDER.filter((role) => cells.some((cell) => cell.role === role)),
    layers: 1 + Math.max(-1, ...cells.map((cell) => cell.layer)),
    tensors,
  };
}

export function MixMap({ mix }: { mix: Mix }): VNode {
  const t = texts().plan;
  const { cells, roles, layers, tensors } = useMemo(() => typeCells(mix), [mix, language()]);
  const [picked, setPicked] = useState<{ role: Role; layer: number } | null>(null);
  const [low = 0, high = 0] = extent(cells, (cell) => cell.value ?? 0);
  const loose = mix.tensors.filter((tensor) => tensor.layer === null);
  const one = picked && tensors.get(`${picked.role} ${picked.layer}`);
  return (
    <div class="mix-map">
      {layers > 0 && (
        <ChartFrame
          title={t.mixMap}
          note={t.mixMapNote}
          file="mix-types"
          legend={<RampLegend low={fixed(low, 2)} high={fixed(high, 2)} meaning={texts().common.bitsPerWeight} />}
          table={() => ({
            columns: [
              { title: texts().plan.tensor },
              { title: texts().plan.layer },
              { title: texts().plan.role },
              { title: texts().plan.type },
              { title: texts().plan.size, unit: texts().units.bytes },
              { title: texts().plan.size, unit: texts().common.bitsPerWeight },
              { title: texts().common.relativeError, unit: '%' },
            ],
            rows: mix.tensors.map((tensor) => [
              tensor.name,
              tensor.layer,
              tensor.role,
              tensor.type,
              tensor.bytes,
              bitsOf([tensor]),
              tensor.relativeError,
            ]),
          })}
        >
          {(width) => (
            <LayerMap
              width={width}
              cells={cells}
              roles={roles}
              layers={layers}
              value={(value) => t.bitsOfCell(fixed(value, 2))}
              title={t.mixMapTitle}
              onChoose={({ role, layer }) => setPicked({ role, layer })}
              chosen={picked}
            />
          )}
        </ChartFrame>
      )}
      <div class="mix-edit">
        {one && <TypeOf label={t.roleInLayer(ROLE_STYLES[picked.role].label, picked.layer)} tensors={one} />}
        {loose.map((tensor) => (
          <TypeOf key={tensor.name} label={tensor.name} tensors={[tensor]} />
        ))}
      </div>
    </div>
  );
}

function TypeOf({ label, tensors }: { label: string; tensors: readonly MixTensor[] }): VNode | null {
  const [first] = tensors;
  const known = measurement.value;
  const [choices, setChoices] = useState<readonly TypeChoice[]>([]);
  useEffect(() => {
    let current = true;
    if (first)
      void known?.choices(first.name).then(
        (found) => current && setChoices(found),
        () => {}, // the measurement was given up
      );
    return () => {
      current = false;
    };
  }, [known, first?.name]);
  if (!first || !known) return null;
  return (
    <label class="mix-type">
      <span class="mono small">{label}</span>
      <select
        class="select"
        value={first.type}
        onChange={(event) =>
          giveType(
            tensors.map((tensor) => tensor.name),
            event.currentTarget.value,
          )
        }
      >
        {choices.length === 0 && <option value={first.type}>{first.type}</option>}
        {choices.map(({ type, bytes: size, relativeError }) => (
          <option key={type} value={type}>
            {relativeError === null
              ? texts().plan.choice(type, bytes(size))
              : texts().plan.choiceWithError(type, bytes(size), percent(relativeError, 2))}
          </option>
        ))}
      </select>
    </label>
  );
}

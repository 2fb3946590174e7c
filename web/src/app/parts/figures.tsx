/** Figures with their definitions one click away. */
import type { ComponentChildren, VNode } from 'preact';

interface FigureData {
  label: string;
  value: ComponentChildren;
  /** The exact value, or what goes with it. */
  detail?: ComponentChildren;
  definition: ComponentChildren;
}

export function Figures({ figures, label }: { figures: readonly FigureData[]; label: string }): VNode {
  return (
    <ul class="figures" aria-label={label}>
      {figures.map((figure) => (
        <li key={figure.label}>
          <details>
            <summary>
              <span class="figure-label">{figure.label}</span>
              <span class="figure-value">{figure.value}</span>
              {figure.detail && <span class="figure-detail">{figure.detail}</span>}
            </summary>
            <p class="figure-definition">{figure.definition}</p>
          </details>
        </li>
      ))}
    </ul>
  );
}

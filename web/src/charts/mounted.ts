/** The charts on the page, for whoever takes them along. */
import type { ChartTable } from './table';

export interface MountedChart {
  title: string;
  table: () => ChartTable;
}

/** By the chart's figure. */
export const mountedCharts = new Map<HTMLElement, MountedChart>();

/** The charts under an element, in the order of the page. */
export function chartsIn(root: Element): { figure: HTMLElement; chart: MountedChart }[] {
  return [...root.querySelectorAll<HTMLElement>('figure.chart')].flatMap((figure) => {
    const chart = mountedCharts.get(figure);
    return chart ? [{ figure, chart }] : [];
  });
}

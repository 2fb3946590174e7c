/** What the measurement of the open model found to lie on a type's grid already. */
import { effect, signal } from '@preact/signals';
import type { MeasurementFile, OnGrid } from '../../core/index';
import { complete, measured, measurement } from './measuring';

export const onGrids = signal<readonly OnGrid[]>([]);

/** Follows the measurement from now on. */
export function followOnGrids(): void {
  effect(() => {
    const known = measurement.value;
    void measured.value;
    if (!known || !complete.value) {
      onGrids.value = [];
      return;
    }
    const settle = (found: readonly OnGrid[]) => {
      if (measurement.value === known && complete.value) onGrids.value = found;
    };
    void known.json().then(
      (json) => settle((JSON.parse(json) as MeasurementFile).onGrids),
      () => settle([]),
    );
  });
}

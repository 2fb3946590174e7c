/** Statistics of calibrations as files: those to choose codes by, and whether the next run saves its own. */
import { computed, signal } from '@preact/signals';
import { blobHandle, StatisticsFile } from '../../core/index';
import { browserPlatform } from '../../platform/browser';
import { chooseFile } from '../choose';
import { chosenGpu } from './gpu';
import { tellProblem } from './notices';
import { texts } from '../../text/texts';

/** A file that codes are to be chosen by, in place of a text. */
export interface ChosenStatistics {
  file: File;
  statistics: StatisticsFile;
}

export const chosenStatistics = signal<ChosenStatistics | null>(null);

const asked = signal(false);

/** Whether the next calibration keeps what it chooses codes by: only that repeats what a GPU computed. */
export const savesStatistics = computed(() => asked.value || chosenGpu() !== null);

export function saveStatistics(wanted: boolean): void {
  asked.value = wanted;
}

/** What those of a run are called, by the name of its output. */
export const statisticsName = (output: string) => `${output.replace(/\.\w+$/, '')}-calibration.safetensors`;

/** Throws Problem when it is no such file. */
export function openStatistics(file: File): Promise<StatisticsFile> {
  const handle = blobHandle(file);
  return StatisticsFile.open(handle, browserPlatform.openSource(handle));
}

/** Closing the picker without choosing changes nothing. */
export async function chooseStatistics(): Promise<void> {
  const wanted = { description: texts().page.kinds.statistics, extensions: ['.safetensors'] };
  const file = await chooseFile(wanted);
  if (!file) return;
  try {
    chosenStatistics.value = { file, statistics: await openStatistics(file) };
  } catch (error) {
    tellProblem(texts().state.notUsed(file.name), error);
  }
}

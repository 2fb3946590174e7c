/** The model that ships with the page, for people who have none at hand. */
import { signal } from '@preact/signals';
import { texts } from '../../text/texts';
import { refuse } from './opening';
import { receive } from './receiving';
import { shippedFile } from './shipped-file';

export const SAMPLE = __SAMPLE_MODEL__;
export const fetchingSample = signal(false);

/** Fetches it and opens it as if it had been dropped. */
export async function openSample(): Promise<void> {
  if (fetchingSample.peek()) return;
  fetchingSample.value = true;
  try {
    const file = await shippedFile(SAMPLE.name, texts().state.theModel(SAMPLE.name));
    await receive([new File([file], SAMPLE.name)]);
  } catch (error) {
    refuse(SAMPLE.name, error);
  } finally {
    fetchingSample.value = false;
  }
}

/** Whether a run with another method also measures what llama.cpp's would give. It costs about as much work again. */
import { signal } from '@preact/signals';

export const REFERENCE_METHOD = 'llama.cpp';

export const measureReference = signal(true);

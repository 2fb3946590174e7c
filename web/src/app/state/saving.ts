/** Whether a run asks for its file first. Without, the output is kept in private storage and downloaded afterwards. */
import { signal } from '@preact/signals';

export const askWhere = signal(true);

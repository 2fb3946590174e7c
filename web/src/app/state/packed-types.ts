/**
 * The layouts of safetensors outputs, as entries of the list of types. Only safetensors models can be written as these.
 */
import { computed } from '@preact/signals';
import type { FileTypeInfo } from '../../core/index';
import { core } from '../engine';
import { opened } from './opening';

export const packedTypes = computed<FileTypeInfo[]>(() => {
  if (!['safetensors', 'Hugging Face folder'].includes(opened.value?.info.container ?? '')) return [];
  return (core.value?.packings ?? []).map(({ name, summary }) => ({
    name,
    number: -1,
    defaultType: '',
    summary,
    needsImportance: false,
  }));
});

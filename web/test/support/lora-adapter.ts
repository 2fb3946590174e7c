import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSafetensors } from './safetensors';

export const rank = 2;

/**
 * Writes a LoRA adapter of one layer as PEFT does: B A is one at row r and column c where r is c modulo 2, so that the
 * change can be told in the head.
 */
export function writeAdapter(folder: string, module: string, rows = 172, columns = 64): void {
  const down = Float32Array.from({ length: rank * columns }, (_, i) =>
    Number((i % columns) % rank === (i - (i % columns)) / columns),
  );
  const up = Float32Array.from({ length: rows * rank }, (_, i) =>
    Number(((i - (i % rank)) / rank) % rank === i % rank),
  );
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'adapter_config.json'),
    JSON.stringify({ peft_type: 'LORA', r: rank, lora_alpha: 4, base_model_name_or_path: 'somebody/stories' }),
  );
  const start = `base_model.model.${module}.lora_`;
  writeSafetensors(join(folder, 'adapter_model.safetensors'), [
    { name: `${start}A.weight`, shape: [rank, columns], values: down },
    { name: `${start}B.weight`, shape: [rows, rank], values: up },
  ]);
}

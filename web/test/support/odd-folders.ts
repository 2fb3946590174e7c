/** Small model folders whose files are not all there, or not what they should be, and what is to be said of each. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const STORIES = fileURLToPath(new URL('../../../tests/data/stories260K-hf/', import.meta.url));
const FILES = [
  'config.json',
  'generation_config.json',
  'model.safetensors',
  'tokenizer.json',
  'tokenizer.model',
  'tokenizer_config.json',
];

type Files = Map<string, Uint8Array | string>;

export interface OddFolder {
  name: string;
  /** Warnings say that the output is of no use, notes that it can be used. */
  level: 'warning' | 'note';
  says: string;
  change: (files: Files) => void;
}

/** Bytes of one weight. */
const BYTES = { F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, I64: 8, I32: 4, U8: 1 };

type Tensors = Record<string, [dtype: keyof typeof BYTES, ...shape: number[]]>;

/** A safetensors file: zeros, but for tensors that have bytes. */
function weights(tensors: Tensors, bytes: Record<string, Uint8Array> = {}): Uint8Array {
  let end = 0;
  const data: Uint8Array[] = [];
  const header = Object.entries(tensors).map(([name, [dtype, ...shape]]) => {
    const begin = end;
    end += BYTES[dtype] * shape.reduce((product, size) => product * size, 1);
    data.push(bytes[name] ?? Buffer.alloc(end - begin));
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const text = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...data]);
}

/** The same file with FP8 zeros in place of one layer's weights. */
function withFp8(file: Uint8Array, module: string): Uint8Array {
  const start = 8 + Number(Buffer.from(file.subarray(0, 8)).readBigUInt64LE());
  const { __metadata__: _, ...header } = JSON.parse(Buffer.from(file.subarray(8, start)).toString()) as Record<
    string,
    { dtype: keyof typeof BYTES; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors: Tensors = {};
  const bytes: Record<string, Uint8Array> = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    tensors[name] = [name === `${module}.weight` ? 'F8_E4M3' : dtype, ...shape];
    if (name !== `${module}.weight`) bytes[name] = file.subarray(start + data_offsets[0], start + data_offsets[1]);
  }
  return weights({ ...tensors, [`${module}.weight_scale_inv`]: ['F32', 1, 1] }, bytes);
}

function text(files: Files, name: string): string {
  return Buffer.from(files.get(name)!).toString();
}

/** Changes members of a JSON file; undefined takes one away. */
function edit(files: Files, name: string, members: Record<string, unknown>): void {
  files.set(name, JSON.stringify({ ...(JSON.parse(text(files, name)) as object), ...members }));
}

function cut(files: Files, name: string): void {
  files.set(name, text(files, name).slice(0, 40));
}

/**
 * A folder as the tools of this method write one, of a network nobody knows: an embedding and one layer's tensors.
 */
function quantized(
  method: string,
  says: string,
  tensors: Parameters<typeof weights>[0],
  architecture = 'LlamaV9ForCausalLM',
): OddFolder {
  return {
    name: `weights quantized by ${method}`,
    level: 'warning',
    says: `The weights are quantized already (${says}: config.json says so)`,
    change(files) {
      edit(files, 'config.json', { architectures: [architecture], quantization_config: { quant_method: method } });
      files.set('model.safetensors', weights({ 'model.embed_tokens.weight': ['BF16', 512, 64], ...tensors }));
    },
  };
}

const Q = 'model.layers.0.self_attn.q_proj';

export const ODD_FOLDERS: OddFolder[] = [
  quantized('fp8', 'FP8', { [`${Q}.weight`]: ['F8_E4M3', 64, 64], [`${Q}.weight_scale_inv`]: ['F32', 1, 1] }),
  quantized('gptq', 'GPTQ', {
    [`${Q}.qweight`]: ['I32', 8, 64],
    [`${Q}.qzeros`]: ['I32', 1, 8],
    [`${Q}.scales`]: ['F16', 1, 64],
    [`${Q}.g_idx`]: ['I32', 64],
  }),
  quantized('compressed-tensors', 'compressed-tensors', {
    [`${Q}.weight_packed`]: ['I32', 64, 8],
    [`${Q}.weight_scale`]: ['BF16', 64, 1],
    [`${Q}.weight_shape`]: ['I64', 2],
  }),
  quantized('bitsandbytes', 'bitsandbytes', {
    [`${Q}.weight`]: ['U8', 2048, 1],
    [`${Q}.weight.absmax`]: ['F32', 64],
    [`${Q}.weight.quant_map`]: ['F32', 16],
    [`${Q}.weight.quant_state.bitsandbytes__nf4`]: ['U8', 80],
  }),
  quantized(
    'mxfp4',
    'MXFP4',
    {
      'model.layers.0.mlp.experts.gate_up_proj_blocks': ['U8', 2, 64, 2, 16],
      'model.layers.0.mlp.experts.gate_up_proj_scales': ['U8', 2, 64, 2],
    },
    'GptOssV9ForCausalLM',
  ),
  {
    name: 'no tokenizer',
    level: 'warning',
    says: 'The folder has no tokenizer: neither tokenizer.model (or spiece.model, sentencepiece.bpe.model) nor ',
    change(files) {
      files.delete('tokenizer.model');
      files.delete('tokenizer.json');
    },
  },
  {
    name: 'a tokenizer of a kind that is not read',
    level: 'warning',
    says: 'tokenizer.json holds a WordLevel tokenizer.',
    change(files) {
      files.delete('tokenizer.model');
      files.set('tokenizer.json', JSON.stringify({ model: { type: 'WordLevel', vocab: { a: 0 } } }));
    },
  },
  {
    name: 'two tokens with one text',
    level: 'warning',
    says: 'Tokens 300 and 511 are both',
    change(files) {
      files.delete('tokenizer.model');
      const { model, ...rest } = JSON.parse(text(files, 'tokenizer.json')) as {
        model: { vocab: Record<string, number> };
      };
      const content = Object.entries(model.vocab).find(([, id]) => id === 300)![0];
      files.set(
        'tokenizer.json',
        JSON.stringify({ ...rest, model, added_tokens: [{ id: 511, content, special: true }] }),
      );
    },
  },
  {
    name: 'an architecture nobody knows',
    level: 'warning',
    says: 'The architecture "NewForCausalLM" is not one Nibble can make a model of',
    change: (files) => edit(files, 'config.json', { architectures: ['NewForCausalLM'] }),
  },
  {
    name: 'no architecture',
    level: 'warning',
    says: 'config.json names no architecture',
    change: (files) => edit(files, 'config.json', { architectures: undefined }),
  },
  {
    name: 'no config.json',
    level: 'warning',
    says: 'Without a config.json nothing says what network these weights belong to',
    change: (files) => void files.delete('config.json'),
  },
  {
    name: 'weights that come as FP8',
    level: 'note',
    says: 'Weights come quantized: 1 tensor of FP8 is decoded to F32 while read.',
    change(files) {
      edit(files, 'config.json', { quantization_config: { quant_method: 'fp8' } });
      files.set('model.safetensors', withFp8(files.get('model.safetensors') as Uint8Array, Q));
    },
  },
  {
    name: 'a word on quantizing that holds for no weights',
    level: 'note',
    says: 'The weights are said to be quantized (GPTQ: config.json says so), and those of the model are not',
    change: (files) => edit(files, 'config.json', { quantization_config: { quant_method: 'gptq' } }),
  },
  {
    name: 'tokens that have no row',
    level: 'note',
    says: 'Left out: 1 token of the tokenizer, from "<more>" with id 512 on.',
    change: (files) => void files.set('added_tokens.json', '{"<more>":512}'),
  },
  {
    name: 'an adapter beside the weights',
    level: 'note',
    says: 'An adapter ("adapter_config.json") lies beside the weights and is left out',
    change: (files) => void files.set('adapter_config.json', '{"peft_type":"LORA"}'),
  },
  {
    name: 'a cut tokenizer_config.json',
    level: 'note',
    says: 'tokenizer_config.json is not valid JSON: it goes wrong at byte 40 of 40.',
    change: (files) => cut(files, 'tokenizer_config.json'),
  },
  {
    name: 'a cut generation_config.json',
    level: 'note',
    says: 'generation_config.json is not valid JSON',
    change: (files) => cut(files, 'generation_config.json'),
  },
  {
    name: 'a cut special_tokens_map.json',
    level: 'note',
    says: 'special_tokens_map.json is not valid JSON',
    change: (files) => void files.set('special_tokens_map.json', '{"bos_token": "<s'),
  },
  {
    name: 'a cut tokenizer.json beside a whole tokenizer.model',
    level: 'note',
    says: 'tokenizer.model beside it serves alone',
    change: (files) => cut(files, 'tokenizer.json'),
  },
  {
    name: 'an empty added_tokens.json',
    level: 'note',
    says: '"added_tokens.json" is empty and counts as missing.',
    change: (files) => void files.set('added_tokens.json', ''),
  },
  {
    name: 'a cut list of shards',
    level: 'note',
    says: 'model.safetensors.index.json is not valid JSON',
    change: (files) => void files.set('model.safetensors.index.json', '{"weight_map": {'),
  },
];

/** Makes `folder`, with these changes to the folder of the stories260K model. */
export function writeOddFolder({ change }: Pick<OddFolder, 'change'>, folder: string): void {
  const files: Files = new Map(FILES.map((name) => [name, readFileSync(join(STORIES, name))]));
  change(files);
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
}

// node make.mjs: writes the vocabularies of this folder and what llama.cpp makes of nasty.txt with them and with those
// of ../gguf. Needs node-llama-cpp (3.22.1, llama.cpp b11364), which is no dependency of the project: install it in a
// folder of your own and name that in NODE_LLAMA_CPP.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const oracle = createRequire(join(process.env.NODE_LLAMA_CPP ?? here, 'package.json')).resolve('node-llama-cpp');
const { getLlama } = await import(pathToFileURL(oracle));
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
const text = readFileSync(join(here, 'nasty.txt'), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'tokens-'));

const number = { u8: 0, u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 };
/** A GGUF file of metadata alone: [key, type, value], lists as [key, 'array', [type, values]]. */
function gguf(entries) {
  const parts = [];
  const u32 = (value) => parts.push(Buffer.from(Uint32Array.of(value).buffer));
  const u64 = (value) => parts.push(Buffer.from(BigUint64Array.of(BigInt(value)).buffer));
  const string = (value) => {
    const bytes = Buffer.from(value);
    u64(bytes.length);
    parts.push(bytes);
  };
  const put = {
    u8: (value) => parts.push(Buffer.of(value)),
    u32,
    i32: (value) => parts.push(Buffer.from(Int32Array.of(value).buffer)),
    f32: (value) => parts.push(Buffer.from(Float32Array.of(value).buffer)),
    bool: (value) => parts.push(Buffer.of(value ? 1 : 0)),
    string,
  };
  parts.push(Buffer.from('GGUF'));
  u32(3);
  u64(0);
  u64(entries.length);
  for (const [key, type, value] of entries) {
    string(key);
    u32(number[type]);
    if (type !== 'array') {
      put[type](value);
      continue;
    }
    const [element, values] = value;
    u32(number[element]);
    u64(values.length);
    for (const one of values) put[element](one);
  }
  return Buffer.concat(parts);
}

/** What llama.cpp asks of a model besides its vocabulary. */
const shape = [
  ['general.architecture', 'string', 'llama'],
  ['llama.context_length', 'u32', 256],
  ['llama.embedding_length', 'u32', 64],
  ['llama.block_count', 'u32', 1],
  ['llama.feed_forward_length', 'u32', 64],
  ['llama.attention.head_count', 'u32', 1],
  ['llama.rope.dimension_count', 'u32', 64],
  ['llama.attention.layer_norm_rms_epsilon', 'f32', 1e-5],
];

const letters = [];
for (let byte = 0, next = 256; byte < 256; ++byte) {
  const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
  letters.push(String.fromCodePoint(printable ? byte : next++));
}

/** Merges of the pieces of a text that is not cut into words, so that every cut a tokenizer makes shows in its ids. */
function train(pieces, most, longest) {
  const merges = [];
  while (merges.length < most) {
    const counts = new Map();
    for (let i = 1; i < pieces.length; ++i) {
      if ([...pieces[i - 1], ...pieces[i]].length > longest) continue;
      const pair = `${pieces[i - 1]} ${pieces[i]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    if (counts.size === 0) break;
    const [best] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
    merges.push(best);
    const [left, right] = best.split(' ');
    const joined = [];
    for (let i = 0; i < pieces.length; ++i) {
      const pair = pieces[i] === left && pieces[i + 1] === right;
      joined.push(pair ? left + right : pieces[i]);
      if (pair) ++i;
    }
    pieces = joined;
  }
  return merges;
}

/** Byte-level BPE of `pre`, with a token that users defined and one that controls a conversation. */
function bytePairs(pre) {
  const first = ['Ċ Ċ', 'Ġ Ġ', 'ĠĠ ĠĠ', 'č Ċ', '1 2', '12 3', '- -'];
  const merges = [
    ...new Set([
      ...first,
      ...train(
        [...Buffer.from(text)].map((byte) => letters[byte]),
        1600,
        8,
      ),
    ]),
  ];
  const named = ['<|im_start|>', 'Curly', '<s>', '<|endoftext|>'];
  const joined = merges.map((merge) => merge.replace(' ', ''));
  const tokens = [...new Set([...letters, ...joined, 'Ġdon', '12345'])].filter((token) => !named.includes(token));
  return [
    ['tokenizer.ggml.model', 'string', 'gpt2'],
    ['tokenizer.ggml.pre', 'string', pre],
    ['tokenizer.ggml.tokens', 'array', ['string', [...tokens, ...named]]],
    ['tokenizer.ggml.token_type', 'array', ['i32', [...tokens.map(() => 1), 3, 4, 3, 3]]],
    ['tokenizer.ggml.merges', 'array', ['string', merges]],
    ['tokenizer.ggml.bos_token_id', 'u32', tokens.length + 2],
    ['tokenizer.ggml.eos_token_id', 'u32', tokens.length + 3],
  ];
}

/** Tokens as letters in the order of their ranks, with few enough that words stay in pieces. */
const ranked = [
  ...new Set([
    ...letters,
    ...train(
      [...Buffer.from(text)].map((byte) => letters[byte]),
      700,
      6,
    ).map((merge) => merge.replace(' ', '')),
  ]),
];
const rankOf = new Map(ranked.map((token, rank) => [token, rank]));
const base64 = (token) => Buffer.from([...token].map((letter) => letters.indexOf(letter))).toString('base64');

/** Every pair of tokens that makes a token, by rank. */
function allPairs() {
  return ranked.flatMap((token) => {
    const splits = [...token].slice(1).map((_, i) => [
      [...token].slice(0, i + 1).join(''),
      [...token].slice(i + 1).join(''),
    ]);
    return splits
      .filter((pair) => pair.every((part) => rankOf.has(part)))
      .sort(([a, b], [c, d]) => rankOf.get(a) - rankOf.get(c) || rankOf.get(b) - rankOf.get(d))
      .map((pair) => pair.join(' '));
  });
}

/** The last two parts of each token when its bytes are merged by lower ranks. */
function lastPairs() {
  return ranked.slice(256).map((token, i) => {
    const parts = [...token];
    for (;;) {
      const ranks = parts.slice(1).map((part, k) => rankOf.get(parts[k] + part) ?? Infinity);
      const best = Math.min(...ranks);
      if (best >= 256 + i) return parts.join(' ');
      parts.splice(ranks.indexOf(best), 2, ranked[best]);
    }
  });
}

const tekkenSpecials = 24;
const oldSpecials = (
  '<unk> <s> </s> [INST] [/INST] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [TOOL_RESULTS] [/TOOL_RESULTS] [TOOL_CALLS] ' +
  '[IMG] <pad> [IMG_BREAK] [IMG_END] [PREFIX] [MIDDLE] [SUFFIX] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [TOOL_CONTENT]'
).split(' ');
/** tekken.json, with two tokens more than its size says. */
const tekkenFile = {
  config: {
    pattern:
      '[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|' +
      '[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}|' +
      ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
    num_vocab_tokens: ranked.length + 2,
    default_vocab_size: ranked.length + tekkenSpecials,
    default_num_special_tokens: tekkenSpecials,
    version: 'v3',
  },
  vocab: [...ranked, 'beyond', 'the end'].map((token, rank) => ({
    rank,
    token_bytes: rank < ranked.length ? base64(token) : Buffer.from(token).toString('base64'),
  })),
};
const tekkenEntries = [
  ['tokenizer.ggml.model', 'string', 'gpt2'],
  ['tokenizer.ggml.pre', 'string', 'tekken'],
  [
    'tokenizer.ggml.tokens',
    'array',
    [
      'string',
      [...Array.from({ length: tekkenSpecials }, (_, i) => oldSpecials[i] ?? `<SPECIAL_${i}>`), ...ranked],
    ],
  ],
  [
    'tokenizer.ggml.token_type',
    'array',
    ['i32', Array.from({ length: tekkenSpecials + ranked.length }, (_, i) => (i < tekkenSpecials ? 3 : 1))],
  ],
  ['tokenizer.ggml.merges', 'array', ['string', allPairs()]],
];
const rankEntries = (pre) => [
  ['tokenizer.ggml.model', 'string', 'gpt2'],
  ['tokenizer.ggml.pre', 'string', pre],
  ['tokenizer.ggml.tokens', 'array', ['string', [...ranked, '<|endoftext|>']]],
  ['tokenizer.ggml.token_type', 'array', ['i32', [...ranked.map(() => 1), 3]]],
  ['tokenizer.ggml.merges', 'array', ['string', lastPairs()]],
  ['tokenizer.ggml.bos_token_id', 'u32', ranked.length],
  ['tokenizer.ggml.eos_token_id', 'u32', ranked.length],
];

const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);

/** BPE of characters with spaces as ▁, as Gemma 4 has it. */
function markedPairs() {
  const merges = train([...text.replaceAll(' ', '▁').replaceAll(/[\n\r]/g, '')], 600, 8);
  const characters = [...new Set(merges.join('').replaceAll(' ', ''))];
  const joined = merges.map((merge) => merge.replace(' ', ''));
  const named = ['<bos>', '<eos>', 'Curly'];
  const all = new Set([...bytes, ...characters, ...joined, '\n', '\n\n']);
  const tokens = [...all].filter((token) => !named.includes(token));
  return [
    ['tokenizer.ggml.model', 'string', 'gemma4'],
    ['tokenizer.ggml.tokens', 'array', ['string', [...tokens, ...named]]],
    ['tokenizer.ggml.token_type', 'array', ['i32', [...tokens.map((_, i) => (i < 256 ? 6 : 1)), 3, 3, 4]]],
    ['tokenizer.ggml.merges', 'array', ['string', merges]],
    ['tokenizer.ggml.bos_token_id', 'u32', tokens.length],
    ['tokenizer.ggml.eos_token_id', 'u32', tokens.length + 1],
  ];
}

/** SentencePiece with tokens that users defined: words, runs of spaces and line ends, as Gemma has them. */
function pieces(addSpacePrefix) {
  const merges = train([...text.replaceAll(' ', '▁')], 600, 8).filter((merge) => merge.split(' ').length === 2);
  const words = [...new Set([...merges.map((merge) => merge.replace(' ', '')), ...'etaoin▁shrdlu'])];
  const users = ['Curly', '<|im_start|>', '  ', '   ', '\n', '\n\n', '▁▁▁▁', '<s', '</s> <unk>'];
  const own = words.filter((word) => !users.includes(word));
  return [
    ['tokenizer.ggml.model', 'string', 'llama'],
    [
      'tokenizer.ggml.tokens',
      'array',
      ['string', ['<unk>', '<s>', '</s>', ...bytes, ...own, ...users, '<|endoftext|>']],
    ],
    // Scores in the order of the merges, with equal ones among them.
    [
      'tokenizer.ggml.scores',
      'array',
      [
        'f32',
        [0, 0, 0, ...bytes.map(() => 0), ...own.map((_, i) => -Math.floor(i / 3)), ...users.map(() => -1000), 0],
      ],
    ],
    [
      'tokenizer.ggml.token_type',
      'array',
      ['i32', [2, 3, 3, ...bytes.map(() => 6), ...own.map(() => 1), ...users.map(() => 4), 3]],
    ],
    ['tokenizer.ggml.bos_token_id', 'u32', 1],
    ['tokenizer.ggml.eos_token_id', 'u32', 2],
    ['tokenizer.ggml.unknown_token_id', 'u32', 0],
    ['tokenizer.ggml.add_space_prefix', 'bool', addSpacePrefix],
  ];
}

/**
 * A map of characters as SentencePiece compiles it: the length of the trie, the trie, the texts. A unit of the trie is
 * 10 bits of flags and a byte, and above them the distance (by exclusive or) to the unit from which the children's
 * bytes
 * count; a child for byte 0 holds the place of the text.
 */
function characterMap(replaced) {
  const root = { children: new Map() };
  let texts = '';
  for (const [from, to] of replaced) {
    let node = root;
    for (const byte of Buffer.from(from)) {
      if (!node.children.has(byte)) node.children.set(byte, { children: new Map() });
      node = node.children.get(byte);
    }
    node.value = Buffer.byteLength(texts);
    texts += `${to}\0`;
  }
  const units = [];
  const taken = new Set([0]);
  const place = (node, at, flags) => {
    const bytes = [...node.children.keys(), ...(node.value === undefined ? [] : [0])];
    let base = 256;
    while (bytes.some((byte) => taken.has(base ^ byte))) base += 256;
    for (const byte of bytes) taken.add(base ^ byte);
    units[at] = (((at ^ base) << 10) | (node.value === undefined ? 0 : 256) | flags) >>> 0;
    if (node.value !== undefined) units[base] = (0x80000000 | node.value) >>> 0;
    for (const [byte, child] of node.children) place(child, base ^ byte, byte);
  };
  place(root, 0, 0);
  const trie = Uint32Array.from({ length: Math.ceil(units.length / 256) * 256 }, (_, i) => units[i] ?? 0x8000007f);
  return [...Buffer.from(Uint32Array.of(trie.byteLength).buffer), ...Buffer.from(trie.buffer), ...Buffer.from(texts)];
}

/** Unigram with scores by length and order, and a map of characters; `userType`: of tokens that users defined. */
function unigrams(options, userType = 4) {
  const merges = train([...text.replaceAll(' ', '▁')], 500, 8).filter((merge) => merge.split(' ').length === 2);
  const users = ['<extra_id_0>', 'Curly', '12345'];
  const words = [...new Set([...merges.map((merge) => merge.replace(' ', '')), ...'▁etaoinshrdlu.,'])];
  const own = words.filter((word) => !users.includes(word));
  const map = [
    ...[...'\t\n\r\u00a0\u2009\u3000'].map((space) => [space, ' ']),
    ...[
      ['\u200b', ''],
      ['①', '1'],
      ['Ⅳ', 'IV'],
      ['½', '1⁄2'],
      ['é', 'e'],
      ['e\u0301', 'e'],
      ['…', '...'],
      ['４', '4'],
    ],
  ];
  return [
    ['tokenizer.ggml.model', 'string', 't5'],
    ['tokenizer.ggml.tokens', 'array', ['string', ['<pad>', '</s>', '<unk>', ...own, ...users]]],
    [
      'tokenizer.ggml.scores',
      'array',
      ['f32', [0, 0, 0, ...own.map((word, i) => -8 + [...word].length / 2 - (i % 7) / 3), ...users.map(() => 0)]],
    ],
    ['tokenizer.ggml.token_type', 'array', ['i32', [3, 3, 2, ...own.map(() => 1), ...users.map(() => userType)]]],
    ['tokenizer.ggml.precompiled_charsmap', 'array', ['u8', characterMap(map)]],
    ['tokenizer.ggml.eos_token_id', 'u32', 1],
    ['tokenizer.ggml.unknown_token_id', 'u32', 2],
    ...Object.entries(options).map(([key, value]) => [`tokenizer.ggml.${key}`, 'bool', value]),
  ];
}

/** A list of word pieces as BERT's vocab.txt has them: starts of words, and with ## what goes on. */
function wordPieces() {
  const characters = [...new Set([...text, ...text.toLowerCase(), ...text.normalize('NFD').toLowerCase()])];
  // Every seventh character is unknown, and none goes on that is no letter.
  const known = characters.filter((one, i) => !/\s|\p{Cc}|\p{Cf}/u.test(one) && i % 7 !== 6);
  const starts = new Set(known);
  const ends = new Set(known.filter((one) => /\p{L}|\p{N}/u.test(one)).map((one) => `##${one}`));
  for (const [word] of text.matchAll(/[\p{L}\p{N}]{2,}/gu)) {
    for (const form of [word, word.toLowerCase()]) {
      const letters = [...form];
      starts.add(letters.slice(0, 1 + (letters.length % 4)).join(''));
      ends.add(`##${letters.slice(-2).join('')}`);
    }
  }
  return ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...starts, ...ends];
}

/** The same as GGUF has it, with what is done to texts first. */
function wordPieceEntries(list, options) {
  const marked = list.map((token, i) => (i < 5 ? token : token.startsWith('##') ? token.slice(2) : `▁${token}`));
  return [
    ['tokenizer.ggml.model', 'string', 'bert'],
    ['tokenizer.ggml.tokens', 'array', ['string', marked]],
    ['tokenizer.ggml.token_type', 'array', ['i32', list.map((_, i) => (i < 5 ? 3 : 1))]],
    ...[...'bos_2 eos_3 unknown_1 seperator_3 padding_0 cls_2 mask_4'.split(' ')].map((one) => {
      const [name, id] = one.split('_');
      return [`tokenizer.ggml.${name}_token_id`, 'u32', Number(id)];
    }),
    ...Object.entries(options).map(([key, value]) => [`tokenizer.ggml.normalizer.${key}`, 'bool', value]),
  ];
}

async function ids(path, special = false) {
  const model = await llama.loadModel({ modelPath: path, vocabOnly: true });
  try {
    return [...model.tokenize(text, special)];
  } finally {
    await model.dispose();
  }
}

async function idsOf(entries, special) {
  const path = join(scratch, 'vocabulary.gguf');
  writeFileSync(path, gguf([...shape, ...entries]));
  return ids(path, special);
}

const expected = {};
for (const name of ['ggml-vocab-llama-spm', 'ggml-vocab-gpt-2', 'ggml-vocab-bert-bge']) {
  expected[name] = await ids(join(here, '../gguf', `${name}.gguf`));
}
const own = {
  'byte-pairs': bytePairs('gpt-2'),
  'marked-pairs': markedPairs(),
  pieces: pieces(true),
  unigrams: unigrams({}),
};
for (const [name, entries] of Object.entries(own)) {
  writeFileSync(join(here, `${name}.gguf`), gguf([...shape, ...entries]));
  expected[name] = await idsOf(entries);
  expected[`${name}, special`] = await idsOf(entries, true);
}
expected['pieces, phi-3'] = await idsOf([['general.name', 'string', 'A Phi-3'], ...pieces(true)], true);
expected['pieces, no prefix'] = await idsOf(pieces(false));
const joined = { add_space_prefix: true, remove_extra_whitespaces: true };
expected['unigrams, prefix'] = await idsOf(unigrams({ add_space_prefix: true }));
expected['unigrams, joined'] = await idsOf(unigrams(joined));
expected['unigrams, pieces'] = await idsOf(unigrams({}, 1));
expected['unigrams, pieces, joined'] = await idsOf(unigrams(joined, 1));
const list = wordPieces();
writeFileSync(join(here, 'word-pieces.txt'), `${list.join('\n')}\n`);
expected['word-pieces'] = await idsOf(wordPieceEntries(list, {}));
expected['word-pieces, special'] = await idsOf(wordPieceEntries(list, {}), true);
expected['word-pieces, cased'] = await idsOf(wordPieceEntries(list, { lowercase: false }));
expected['word-pieces, accents'] = await idsOf(wordPieceEntries(list, { strip_accents: false }));
const cuttings = [
  ...['llama-bpe', 'dbrx', 'qwen2', 'qwen35', 'gpt-2', 'starcoder', 'refact', 'smollm', 'tekken', 'gpt-4o'],
  ...['deepseek-v3', 'deepseek-coder', 'deepseek-llm', 'falcon', 'bloom', 'viking', 'seed-coder', 'bailingmoe'],
  ...['default', 'command-r', 'stablelm2', 'olmo', 'chatglm-bpe', 'llama3', 'smaug-bpe', 'deepseek-r1-qwen'],
  ...[
    'hunyuan',
    'megrez',
    'phi-2',
    'mpt',
    'jais',
    'exaone',
    'exaone4',
    'minerva-7b',
    'codeshell',
    'llama4',
    'pixtral',
  ],
];
for (const pre of cuttings) expected[`byte-pairs, ${pre}`] = await idsOf(bytePairs(pre));
writeFileSync(join(here, 'tekken.json'), `${JSON.stringify(tekkenFile)}\n`);
expected.tekken = await idsOf(tekkenEntries);
writeFileSync(join(here, 'ranks.tiktoken'), ranked.map((token, rank) => `${base64(token)} ${rank}\n`).join(''));
for (const pre of ['llama-bpe', 'qwen2']) expected[`ranks, ${pre}`] = await idsOf(rankEntries(pre));
// What comes out as under another name is written as that name.
const seen = new Map();
const lines = Object.entries(expected).map(([name, list]) => {
  const written = JSON.stringify(list);
  const same = seen.get(written);
  if (same === undefined) seen.set(written, name);
  return `${JSON.stringify(name)}: ${same === undefined ? written : JSON.stringify(same)}`;
});
writeFileSync(join(here, 'expected.json'), `{\n${lines.join(',\n')}\n}\n`);
process.exit(0);

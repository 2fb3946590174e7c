// node make.mjs FOLDER: writes what llama.cpp scores of the GGUF files in FOLDER and the tokens of its tokens.json.
// NIBBLE_WRITE_NETWORKS=FOLDER lets `nibble_tests --gtest_filter=Network.EveryFamilyScoresAsLlamaCppDoes` write them.
// Of families of families.json the files are those that `nibble quantize FAMILY_FOLDER --type F32` makes. Needs
// node-llama-cpp (3.22.1, llama.cpp b11364), which is no dependency of the project: install it in a folder of your own
// and name that in NODE_LLAMA_CPP.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const oracle = createRequire(join(process.env.NODE_LLAMA_CPP ?? here, 'package.json')).resolve('node-llama-cpp');
const { getLlama } = await import(pathToFileURL(oracle));
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });

const [, , folder] = process.argv;
const tokens = JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8'));
/** Positions of the text; the test has the same. */
const kept = [40, 90, 126];
const vocabulary = 512;

for (const name of readdirSync(folder)) {
  if (!name.endsWith('.gguf')) continue;
  const model = await llama.loadModel({ modelPath: join(folder, name), gpuLayers: 0 });
  const context = await model.createContext({
    contextSize: 256,
    batchSize: 256,
    flashAttention: false,
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
    swaFullCache: true,
    threads: 1,
  });
  const input = tokens.map((token, i) => (kept.includes(i) ? [token, { generateNext: { logits: true } }] : token));
  const result = await context.getSequence().controlledEvaluate(input);
  const scores = kept.flatMap((i) =>
    Array.from({ length: vocabulary }, (_, token) => result[i].next.logits.get(token)),
  );
  writeFileSync(join(here, name.replace(/gguf$/, 'f32')), Buffer.from(Float32Array.from(scores).buffer));
  await model.dispose();
}
await llama.dispose();

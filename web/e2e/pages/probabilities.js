// llama.cpp as a function of tokens: what it holds the next token to be, after each of a given sequence.
import { Wllama } from '/wllama/index.js';

let llama;
let vocabulary = 0;

/** Loads the chosen file, single thread, with these settings beside. Returns the size of its vocabulary. */
window.loadChosen = async (contextLength, settings = {}) => {
  await llama?.exit();
  llama = new Wllama({ default: '/wllama/wasm/wllama.wasm' }, { suppressNativeLog: true });
  const usual = { n_ctx: contextLength, n_parallel: 1, n_gpu_layers: 0, n_threads: 1 };
  await llama.loadModel([...document.querySelector('input').files], { ...usual, ...settings });
  vocabulary = llama.getModelMetadata().hparams.nVocab;
  return vocabulary;
};

window.version = () => Wllama.getLibllamaVersion();

/** How many tokens llama.cpp makes of a text, the one that begins a sequence included. */
window.countTokens = async (text) => (await llama.createCompletion({ prompt: text, max_tokens: 1, temperature: 0 })).usage.prompt_tokens;

/**
 * For each of `tokens`, read from the beginning of a sequence: the natural logarithms of the probabilities of the whole
 * vocabulary in its place. A grammar forces the tokens; the probabilities are those before it.
 */
window.logProbabilities = async (tokens) => {
  const answer = await llama.createCompletion({
    prompt: '',
    max_tokens: tokens.length,
    temperature: 0,
    logprobs: vocabulary,
    grammar: `root ::= ${tokens.map((token) => `<[${token}]>`).join(' ')}`,
  });
  const content = answer.choices[0].logprobs.content;
  if (content.length !== tokens.length) throw new Error(`llama.cpp read ${content.length} of ${tokens.length} tokens`);
  return content.map(({ id, top_logprobs }, at) => {
    if (id !== tokens[at] || top_logprobs.length !== vocabulary) throw new Error(`llama.cpp's answer for token ${at} is not what was asked for`);
    const row = new Array(vocabulary);
    for (const { id: token, logprob } of top_logprobs) row[token] = logprob;
    return row;
  });
};

// Loads a chosen model into llama.cpp, single thread, lists the tokens of the text that was entered, and lets the model
// go on with a story, greedily.
import { Wllama } from '/wllama/index.js';

const output = document.querySelector('output');
document.querySelector('input').addEventListener('change', async (event) => {
  try {
    const llama = new Wllama({ default: '/wllama/wasm/wllama.wasm' }, { suppressNativeLog: true });
    await llama.loadModel([...event.target.files], { n_ctx: 256, n_gpu_layers: 0, n_threads: 1 });
    output.dataset.tokens = [...(await llama.tokenize(document.querySelector('textarea').value))].join(' ');
    const answer = await llama.createCompletion({ prompt: 'Once upon a time', max_tokens: 24, temperature: 0 });
    output.textContent = typeof answer === 'string' ? answer : (answer.choices?.[0]?.text ?? JSON.stringify(answer));
    output.dataset.state = 'finished';
  } catch (error) {
    output.textContent = `failed: ${error.message}`;
    output.dataset.state = 'failed';
  }
});

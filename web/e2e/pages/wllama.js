// Loads a chosen model into llama.cpp, single thread, and lets it go on with a story, greedily; with a text that was
// entered, too: then how many tokens it makes, and how it goes on, are in data-tokens.
import { Wllama } from '/wllama/index.js';

const output = document.querySelector('output');
document.querySelector('input').addEventListener('change', async (event) => {
  try {
    const llama = new Wllama({ default: '/wllama/wasm/wllama.wasm' }, { suppressNativeLog: true });
    await llama.loadModel([...event.target.files], { n_ctx: 256, n_gpu_layers: 0, n_threads: 1 });
    const text = document.querySelector('textarea').value;
    if (text) {
      const { usage, choices } = await llama.createCompletion({ prompt: text, max_tokens: 24, temperature: 0 });
      output.dataset.tokens = `${usage.prompt_tokens} tokens: ${choices[0].text}`;
    }
    const answer = await llama.createCompletion({ prompt: 'Once upon a time', max_tokens: 24, temperature: 0 });
    output.textContent = typeof answer === 'string' ? answer : (answer.choices?.[0]?.text ?? JSON.stringify(answer));
    output.dataset.state = 'finished';
  } catch (error) {
    output.textContent = `failed: ${error.message}`;
    output.dataset.state = 'failed';
  }
});

import type { VNode } from 'preact';
import { chooseFiles, chooseFolder } from '../files-in';

/** What stands where the model will be. */
export function DropInvitation(): VNode {
  return (
    <div class="invitation">
      <p class="invitation-lead">
        Drop a model anywhere on this page: a GGUF file, or the folder of a Hugging Face model.
      </p>
      <p class="invitation-note">
        It becomes a smaller GGUF file of the type you choose, the same bytes that llama-quantize writes, with figures
        that say where the error went. Everything happens on this computer: nothing is uploaded, and the page works
        without a network after the first visit.
      </p>
      <div class="invitation-actions">
        <button type="button" class="button primary large" onClick={() => void chooseFiles()}>
          Choose a file
        </button>
        <button type="button" class="button large" onClick={() => void chooseFolder()}>
          Choose a folder
        </button>
      </div>
      <p class="invitation-note">
        No model at hand? <a href="#lab">The Lab</a> shows on four weights, 0.1 0.2 0.3 0.6, what a quantizer has to
        decide.
      </p>
      <p class="quiet small">
        F32, F16 and BF16 models are the usual start. All parts of a split model go in together. A single safetensors,
        PyTorch or NumPy file of any network can be measured and written as GGUF too.
      </p>
    </div>
  );
}

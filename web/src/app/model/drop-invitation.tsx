import type { VNode } from 'preact';
import { bytes } from '../../text/units';
import { Term } from '../parts/term';
import { chooseFiles, chooseFolder } from '../files-in';
import { openSample, SAMPLE } from '../state/sample-model';

/** What stands where the model will be. */
export function DropInvitation(): VNode {
  return (
    <div class="invitation">
      <p class="invitation-lead">
        Drop a model anywhere on this page: a GGUF file, or the folder of a Hugging Face model.
      </p>
      <div class="invitation-actions">
        <button type="button" class="button primary large" onClick={() => void chooseFiles()}>
          Choose a file
        </button>
        <button type="button" class="button large" onClick={() => void chooseFolder()}>
          Choose a folder
        </button>
        <button type="button" class="button large" onClick={() => void openSample()}>
          Try it with a {bytes(SAMPLE.bytes)} story model
        </button>
      </div>
      <p class="invitation-note">
        It becomes a smaller <Term of="gguf">GGUF</Term> file of the type you choose, the same bytes that llama-quantize
        writes, with figures that say where the error went. Everything happens on this computer: nothing is uploaded,
        and the page works without a network after the first visit.
      </p>
      <p class="invitation-note">
        The story model was trained for this page and comes with it: with {SAMPLE.name} everything here can be seen,
        down to the stories it still tells. Or begin in <a href="#/lab">the Lab</a>, which shows on four weights, 0.1
        0.2 0.3 0.6, what a <Term of="quantize">quantizer</Term> has to decide.
      </p>
      <p class="quiet small">
        F32, F16 and BF16 models are the usual start. All parts of a split model go in together. A single safetensors,
        PyTorch or NumPy file of any network can be measured and written as GGUF too.
      </p>
    </div>
  );
}

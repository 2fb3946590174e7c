import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FinishedFile } from '../../core/index';
import type { Result } from '../state/running';
import { bytes } from '../../text/units';

/** The file is where the person wanted it, or one click away. */
export function SaveActions({ shown }: { shown: Result }): VNode {
  const { place } = shown.sink;
  return (
    <div class="save-actions">
      {place === 'picked' ? (
        <p>
          Saved as <span class="mono">{shown.output}</span>, in the file you chose.
        </p>
      ) : (
        <>
          {shown.report.files.map((file) => (
            <Download key={file.name} file={file} name={partName(shown.output, file.name)} />
          ))}
          <p class="quiet small">
            {place === 'private'
              ? 'Kept in this browser’s private storage until the page is closed or another run is finished.'
              : 'Kept in memory until the page is closed or another run is finished.'}
          </p>
        </>
      )}
    </div>
  );
}

/** The output's name; of parts, with what the plan adds to each. */
function partName(output: string, part: string): string {
  return part === '' ? output : output.replace(/(\.gguf|\.safetensors)?$/, part);
}

function Download({ file, name }: { file: FinishedFile; name: string }): VNode | null {
  const [url, setUrl] = useState('');
  useEffect(() => {
    if (!file.blob) return undefined;
    const made = URL.createObjectURL(file.blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  if (!file.blob) return null;
  return (
    <a class="button primary large" href={url} download={name}>
      Save {name} ({bytes(file.bytes)})
    </a>
  );
}

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FinishedFile } from '../../core/index';
import { FileName } from '../parts/file-name';
import { deleteOutput, outputDeleted, type Result } from '../state/running';
import { isBeside, outputPath } from '../../core/output-path';
import { bytes, plural } from '../../text/units';

/** The file is where the person wanted it, or one click away. */
export function SaveActions({ shown }: { shown: Result }): VNode {
  const { destination } = shown.sink;
  if (outputDeleted.value)
    return (
      <p class="quiet" role="status">
        The output was deleted from this browser’s private storage; its figures stay. Run again to have it once more.
      </p>
    );
  return (
    <div class="save-actions">
      {destination === 'picked' ? (
        <p>
          Saved as <span class="mono">{shown.output}</span>, in the file you chose.
        </p>
      ) : (
        <>
          {shown.report.files.map((file) => (
            <Download key={file.name} file={file} name={outputPath(shown.output, file.name)} />
          ))}
          {shown.report.files.some(({ name }) => isBeside(name)) && (
            <p class="small">
              Put these {plural(shown.report.files.length, 'file')} into one folder, under these names: Transformers,
              GPTQModel and vLLM open the folder as it is.
            </p>
          )}
          {destination === 'private' ? (
            <p class="quiet small">
              Kept in this browser’s private storage, {bytes(shown.report.outputBytes)}, until another run is finished
              or you{' '}
              <button type="button" class="link-button" onClick={() => void deleteOutput()}>
                delete it
              </button>
              . After this tab is closed or reloaded it cannot be saved any more, and is removed when the page is next
              opened.
            </p>
          ) : (
            <p class="quiet small">Kept in memory until the page is closed or another run is finished.</p>
          )}
        </>
      )}
    </div>
  );
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
      Save <FileName name={name} /> ({bytes(file.bytes)})
    </a>
  );
}

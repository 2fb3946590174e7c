import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FinishedFile } from '../../core/index';
import { FileName } from '../parts/file-name';
import { isGone, letGo, type Result } from '../state/results';
import { isBeside, outputPath } from '../../core/output-path';
import { bytes, plural } from '../../text/units';

/** A link for each file of an output. */
export function Downloads({ shown, small = false }: { shown: Result; small?: boolean }): VNode {
  return (
    <>
      {shown.report.files.map((file) => (
        <Download key={file.name} file={file} name={outputPath(shown.output, file.name)} small={small} />
      ))}
    </>
  );
}

/** The file is where the person wanted it, or one click away. */
export function SaveActions({ shown }: { shown: Result }): VNode {
  const { destination } = shown.sink;
  const kept = bytes(shown.report.outputBytes);
  if (isGone(shown))
    return (
      <p class="quiet" role="status">
        The output is not kept any more; its figures stay. The shelf has a button that makes it again.
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
          <Downloads shown={shown} />
          {shown.report.files.some(({ name }) => isBeside(name)) && (
            <p class="small">
              Put these {plural(shown.report.files.length, 'file')} into one folder, under these names: Transformers,
              GPTQModel and vLLM open the folder as it is.
            </p>
          )}
          {destination === 'private' ? (
            <p class="quiet small">
              Kept in this browser’s private storage, {kept}, while room lasts or until you{' '}
              <button type="button" class="link-button" onClick={() => void letGo(shown)}>
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

function Download({ file, name, small }: { file: FinishedFile; name: string; small: boolean }): VNode | null {
  const [url, setUrl] = useState('');
  useEffect(() => {
    if (!file.blob) return undefined;
    const made = URL.createObjectURL(file.blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  if (!file.blob) return null;
  return (
    <a class={small ? 'button small' : 'button primary large'} href={url} download={name}>
      Save <FileName name={name} /> ({bytes(file.bytes)})
    </a>
  );
}

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FinishedFile } from '../../core/index';
import { FileName } from '../parts/file-name';
import { Rich } from '../parts/rich';
import { isGone, letGo, type Result } from '../state/results';
import { isBeside, outputPath } from '../../core/output-path';
import { texts } from '../../text/texts';
import { bytes } from '../../text/units';

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
  const words = texts().result.save;
  if (isGone(shown))
    return (
      <p class="quiet" role="status">
        {words.gone}
      </p>
    );
  return (
    <div class="save-actions">
      {destination === 'picked' ? (
        <p>
          <Rich text={words.picked} parts={{ name: <span class="mono">{shown.output}</span> }} />
        </p>
      ) : (
        <>
          <Downloads shown={shown} />
          {shown.report.files.some(({ name }) => isBeside(name)) && (
            <p class="small">{words.together(shown.report.files.length)}</p>
          )}
          {destination === 'private' ? (
            <p class="quiet small">
              <Rich
                text={words.private(kept)}
                parts={{
                  deleteIt: (
                    <button type="button" class="link-button" onClick={() => void letGo(shown)}>
                      {words.deleteIt}
                    </button>
                  ),
                }}
              />
            </p>
          ) : (
            <p class="quiet small">{words.memory}</p>
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
      <Rich text={texts().result.save.button(bytes(file.bytes))} parts={{ name: <FileName name={name} /> }} />
    </a>
  );
}

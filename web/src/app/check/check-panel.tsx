/** What is wrong with the open model's files, or with others: headers first, then every weight. */
import type { VNode } from 'preact';
import { blobHandle, checkFiles, type CheckReport, type ModelOrigin, type SourceHandle } from '../../core/index';
import { chooseSeveral } from '../choose';
import { core, extensionsOf } from '../engine';
import { StudyButton } from '../parts/study-controls';
import { useStudy } from '../parts/use-study';
import type { Opened } from '../state/opening';
import { coreLang, texts } from '../../text/texts';
import { listed, percent, quantity } from '../../text/units';

export function CheckPanel({ opened: { model } }: { opened: Opened }): VNode {
  const study = useStudy<CheckReport>(model);
  const words = texts().check;
  const look = (files: SourceHandle[], origin?: ModelOrigin) =>
    study.start((run) => checkFiles(core.value!, files, origin, run));
  const choose = async () => {
    const files = await chooseSeveral({
      description: words.files,
      extensions: [...extensionsOf('weights'), ...extensionsOf('beside')],
    });
    if (files) look(files.map(blobHandle));
  };
  const { progress, found, problem, stopped } = study;
  return (
    <section class="file-check" aria-label={words.label}>
      <p class="small quiet">{words.intro}</p>
      <p class="compare-actions">
        <StudyButton study={study} onStart={() => look(model.given.files, model.given.origin)}>
          {words.start}
        </StudyButton>
        {!study.running && (
          <button type="button" class="button" onClick={() => void choose()}>
            {words.choose}
          </button>
        )}
        <span role="status" class="small">
          {study.running && progress && (study.paused ? words.paused : words.going)(percent(progress.share, 0))}
          {stopped && words.stopped}
        </span>
      </p>
      {problem && (
        <p class="notice bad" {...coreLang(problem)}>
          {problem}
        </p>
      )}
      {found && <Findings report={found} />}
    </section>
  );
}

function Findings({ report: { files, findings, tensors, weights, unread } }: { report: CheckReport }): VNode {
  const words = texts().check;
  const names = listed(files.map(({ name }) => name));
  return (
    <>
      <p>
        {findings.length === 0 ? words.sound(names) : words.found(names, findings.length)}{' '}
        {words.read(quantity(weights), tensors)}
        {unread.length > 0 && ` ${words.unread(unread.length)}`}
      </p>
      {findings.length > 0 && (
        <ul class={`notice ${findings.some(({ level }) => level === 'error') ? 'bad' : 'warn'} notes`}>
          {findings.map(({ level, file, text, llamaCpp }, index) => (
            <li key={index}>
              <strong>{words.levels[level]}</strong> {file !== '' && files.length > 1 && `${file}: `}
              <span {...coreLang(text)}>
                {text} {llamaCpp}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

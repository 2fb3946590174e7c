/**
 * Choosing files and folders, and handing files out, in any browser. What a person dismisses answers null or never:
 * some browsers report that a dialog was dismissed and the files afterwards all the same, so that report is no answer.
 */

export interface WantedFiles {
  /** What they are, for dialogs that show it. */
  description: string;
  /** With their dots; none stands for every file. */
  extensions?: readonly string[];
  /** Files of these are shown as well. */
  mimeType?: string;
}

interface Dialogs {
  showOpenFilePicker?(options: object): Promise<FileSystemFileHandle[]>;
  showDirectoryPicker?(): Promise<FileSystemDirectoryHandle>;
}

/** The system's dialogs where there are any. Pages in frames of other pages may not show them. */
const dialogs = (): Dialogs => (window.top === window ? (window as Dialogs) : {});

/** A file; null when none was chosen. */
export async function chooseFile(wanted: WantedFiles): Promise<File | null> {
  return (await chosenFiles(wanted, false))?.[0] ?? null;
}

/** One file or more; null when none was chosen. */
export function chooseSeveral(wanted: WantedFiles): Promise<File[] | null> {
  return chosenFiles(wanted, true);
}

async function chosenFiles(wanted: WantedFiles, multiple: boolean): Promise<File[] | null> {
  const { description, extensions = [], mimeType } = wanted;
  const { showOpenFilePicker } = dialogs();
  if (!showOpenFilePicker) return fromInput({ multiple, accept: [mimeType ?? [], extensions].flat().join() });
  const types = [{ description, accept: { [mimeType ?? '*/*']: extensions } }];
  const handles = await unlessDismissed(showOpenFilePicker.call(window, { multiple, types }));
  return handles && Promise.all(handles.map((handle) => handle.getFile()));
}

/** Every file in a folder and below, each with its path in `webkitRelativePath`; null when none was chosen. */
export async function chooseFilesOfFolder(): Promise<File[] | null> {
  const { showDirectoryPicker } = dialogs();
  if (!showDirectoryPicker) return fromInput({ webkitdirectory: true });
  const folder = await unlessDismissed(showDirectoryPicker.call(window));
  return folder && filesBelow(folder, folder.name);
}

async function filesBelow(folder: FileSystemDirectoryHandle, path: string): Promise<File[]> {
  const found: Promise<File[]>[] = [];
  for await (const entry of folder.values()) {
    const inside = `${path}/${entry.name}`;
    found.push(
      entry.kind === 'directory'
        ? filesBelow(entry as FileSystemDirectoryHandle, inside)
        : (entry as FileSystemFileHandle)
            .getFile()
            .then((file) => [Object.defineProperty(file, 'webkitRelativePath', { value: inside })]),
    );
  }
  return (await Promise.all(found)).flat();
}

let lastInput: HTMLInputElement | null = null;

/** Never answers a dialog that is dismissed; the next one takes its place. */
function fromInput(
  options: Partial<Pick<HTMLInputElement, 'accept' | 'multiple' | 'webkitdirectory'>>,
): Promise<File[]> {
  lastInput?.remove();
  const input = document.createElement('input');
  Object.assign(input, { type: 'file', hidden: true }, options);
  lastInput = input;
  document.body.append(input); // some browsers forget those that are nowhere
  return new Promise((resolve) => {
    input.addEventListener('change', () => {
      resolve([...(input.files ?? [])]);
      input.remove();
    });
    input.click();
  });
}

async function unlessDismissed<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    throw error;
  }
}

/** Hands a file out as a download of its name. */
export function download(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 30_000); // browsers read it after the click
}

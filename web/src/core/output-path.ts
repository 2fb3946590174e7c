/** What loaders call the weights of a model folder. */
export const folderName = 'model.safetensors';

/**
 * The path of an output file by its name in the plan. "" is `output` itself; a name that begins with a hyphen follows
 * the output's; any other belongs to a file beside it, under that very name where the output is called as loaders
 * expect, and behind the output's name otherwise.
 */
export function outputPath(output: string, name: string): string {
  if (name === '') return output;
  const folder = /^.*[/\\]/.exec(output)?.[0] ?? '';
  if (isBeside(name) && output.slice(folder.length) === folderName) return folder + name;
  return output.replace(/(\.gguf|\.safetensors)?$/i, isBeside(name) ? `-${name}` : name);
}

/** What llama.cpp's conversion script calls the file with what looks at images, of a model of that name. */
export function projectorName(model: string, type: string): string {
  return `mmproj-${model.replaceAll(/[\s/\\]+/g, '-')}-${type}.gguf`;
}

/** True for a file that loaders want beside the output. */
export function isBeside(name: string): boolean {
  return name !== '' && !name.startsWith('-');
}

/** True for the text of a configuration that a run wrote beside its output. */
export function isOwnConfiguration(text: string): boolean {
  try {
    // Python writes words for numbers that JSON lacks.
    const config = JSON.parse(text.replace(/-?\bInfinity\b|\bNaN\b/g, 'null')) as { quantization_config?: Meta } & Meta;
    const quantizer = (config.quantization_config ?? config).meta?.quantizer;
    return Array.isArray(quantizer) && quantizer.some((tool) => String(tool).startsWith('nibble:'));
  } catch {
    return false;
  }
}

interface Meta {
  meta?: { quantizer?: unknown };
}

/** The one of these ends that a file's name has, whatever the case of its letters; undefined: it has none of them. */
export function extensionOf(name: string, extensions: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  return extensions.find((one) => lower.endsWith(one) && lower.length > one.length);
}

/** The name without the one of these ends that it has. */
export function withoutExtension(name: string, extensions: readonly string[]): string {
  return name.slice(0, name.length - (extensionOf(name, extensions)?.length ?? 0));
}

declare const content: unique symbol;

/** The JSON text of a T, as it crosses between the core and TypeScript. Its type is a promise, kept by web/test. */
export type Json<T> = string & { readonly [content]: T };

/** What the core is told, or asked. */
export function toJson<T>(value: T): Json<T> {
  return JSON.stringify(value) as Json<T>;
}

/** What a text of the core says, where it cannot be an error. */
export function fromJson<T>(json: Json<T>): T {
  return JSON.parse(json) as T;
}

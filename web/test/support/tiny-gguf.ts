/** Writes small GGUF files, so that tests can have the shapes that real files seldom have. */

type Value = { u16: number } | { i32: number } | { u32: number } | { string: string } | { strings: string[] };

export interface TinyTensor {
  name: string;
  shape: number[];
  values: Float32Array;
}

const alignment = 32;

export function tinyGguf(metadata: Record<string, Value>, tensors: TinyTensor[]): Uint8Array<ArrayBuffer> {
  const head = new Bytes();
  head.text('GGUF');
  head.u32(3);
  head.u64(tensors.length);
  head.u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    head.string(key);
    writeValue(head, value);
  }
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    head.string(name);
    head.u32(shape.length);
    for (const length of shape) head.u64(length);
    head.u32(0); // f32
    head.u64(offset);
    offset += padded(values.byteLength);
  }
  head.pad();
  for (const { values } of tensors) {
    head.bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    head.pad();
  }
  return head.all();
}

/** A tensor of smoothly varying weights. */
export function tinyTensor(name: string, shape: number[]): TinyTensor {
  const length = shape.reduce((product, side) => product * side, 1);
  return { name, shape, values: Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + name.length)) };
}

function writeValue(head: Bytes, value: Value): void {
  if ('u16' in value) {
    head.u32(2);
    head.u16(value.u16);
  } else if ('u32' in value) {
    head.u32(4);
    head.u32(value.u32);
  } else if ('i32' in value) {
    head.u32(5);
    head.u32(value.i32);
  } else if ('string' in value) {
    head.u32(8);
    head.string(value.string);
  } else {
    head.u32(9);
    head.u32(8);
    head.u64(value.strings.length);
    for (const text of value.strings) head.string(text);
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

class Bytes {
  #parts: Uint8Array[] = [];
  #length = 0;

  bytes(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.byteLength;
  }
  text(text: string): void {
    this.bytes(new TextEncoder().encode(text));
  }
  string(text: string): void {
    this.u64(new TextEncoder().encode(text).byteLength);
    this.text(text);
  }
  u16(value: number): void {
    this.bytes(new Uint8Array(Uint16Array.of(value).buffer));
  }
  u32(value: number): void {
    this.bytes(new Uint8Array(Uint32Array.of(value).buffer));
  }
  u64(value: number): void {
    this.bytes(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  }
  pad(): void {
    this.bytes(new Uint8Array(padded(this.#length) - this.#length));
  }
  all(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length);
    let position = 0;
    for (const part of this.#parts) {
      all.set(part, position);
      position += part.byteLength;
    }
    return all;
  }
}

import { fileURLToPath } from 'node:url';
import { API, SignatureKind, SymbolFlags, TypeFlags, type Checker, type Type } from 'typescript/unstable/sync';

/** What the types of web/src say JSON texts look like, as the TypeScript compiler sees them. */

/** `name`: of an interface; of a nameless object, where it stands. */
export type Shape =
  | { kind: 'anything' }
  | { kind: 'string' | 'number' | 'boolean' | 'null' }
  | { kind: 'literal'; value: unknown }
  | { kind: 'list'; of: Shape }
  | { kind: 'tuple'; of: Shape[] }
  | { kind: 'union'; of: Shape[] }
  | { kind: 'object'; name: string; fields: Map<string, { optional: boolean; shape: Shape }>; rest: Shape | null };

/** Calls of the core that take or give JSON texts, by "Class.method" or "function". */
export interface Crossings {
  answers: Map<string, Shape>;
  requests: Map<string, Shape>;
}

export interface TypeShapes extends Crossings {
  /** The names of all types of wasm/types. */
  names: string[];
  shapeOf(name: string): Shape;
}

const web = fileURLToPath(new URL('../../', import.meta.url));

/** Compiles web/ and reads its types. */
export function readTypeShapes(): TypeShapes {
  const compiler = new API({ cwd: web });
  try {
    const project = compiler
      .updateSnapshot({ openProjects: [`${web}tsconfig.json`] })
      .getProject(`${web}tsconfig.json`)!;
    const reader = new Reader(project.checker);
    const exported = (file: string) => {
      const module = project.checker.getSymbolAtLocation(project.program.getSourceFile(`${web}src/${file}`)!)!;
      return project.checker.getExportsOfModule(module).map((symbol) => {
        const meant = symbol.flags & SymbolFlags.Alias ? project.checker.getAliasedSymbol(symbol) : symbol;
        return { name: symbol.name, type: project.checker.getDeclaredTypeOfSymbol(meant) };
      });
    };
    const crossings: Crossings = { answers: new Map(), requests: new Map() };
    for (const { name, type } of exported('wasm/nibble.d.ts')) reader.addCrossings(name, type, crossings);
    const shapes = new Map(exported('wasm/types/index.ts').map(({ name, type }) => [name, reader.shapeOf(type, name)]));
    return { ...crossings, names: [...shapes.keys()], shapeOf: (name) => shapes.get(name)! };
  } finally {
    compiler.close();
  }
}

class Reader {
  readonly #checker: Checker;
  readonly #known = new Map<number, Shape>();

  constructor(checker: Checker) {
    this.#checker = checker;
  }

  addCrossings(owner: string, type: Type, { answers, requests }: Crossings): void {
    const prefix = owner === 'NibbleModule' ? '' : `${owner}.`;
    for (const member of this.#checker.getPropertiesOfType(type)) {
      const call = `${prefix}${member.name}`;
      const memberType = this.#checker.getTypeOfSymbol(member)!;
      for (const kind of [SignatureKind.Call, SignatureKind.Construct]) {
        for (const signature of this.#checker.getSignaturesOfType(memberType, kind)) {
          const answer = this.#contentOf(this.#checker.getReturnTypeOfSignature(signature));
          if (answer) answers.set(call, this.shapeOf(answer, call));
          for (const parameter of signature.getParameters()) {
            const request = this.#contentOf(this.#checker.getTypeOfSymbol(parameter));
            if (request) requests.set(`${call}(${parameter.name})`, this.shapeOf(request, call));
          }
        }
      }
    }
  }

  shapeOf(type: Type, place: string): Shape {
    const known = this.#known.get(type.id);
    if (known) return known;
    const shape = this.#read(type, place);
    this.#known.set(type.id, shape);
    return shape;
  }

  /** T of a Json<T>. */
  #contentOf(type: Type | undefined): Type | undefined {
    return type?.getAliasSymbol()?.name === 'Json' ? type.getAliasTypeArguments()[0] : undefined;
  }

  #read(type: Type, place: string): Shape {
    const checker = this.#checker;
    if (type.flags & (TypeFlags.Unknown | TypeFlags.NonPrimitive)) return { kind: 'anything' };
    if (type.flags & TypeFlags.String) return { kind: 'string' };
    if (type.flags & TypeFlags.Number) return { kind: 'number' };
    if (type.flags & TypeFlags.Boolean) return { kind: 'boolean' };
    if (type.flags & TypeFlags.Null) return { kind: 'null' };
    if (type.isLiteralType()) return { kind: 'literal', value: type.value };
    if (type.isUnionType()) {
      const parts = type.getTypes().filter(({ flags }) => !(flags & TypeFlags.Undefined));
      const [first, ...others] = parts.map((part) => this.shapeOf(part, place));
      return others.length === 0 ? first! : { kind: 'union', of: [first!, ...others] };
    }
    if (type.isTypeReference() && checker.isTupleType(type))
      return { kind: 'tuple', of: checker.getTypeArguments(type).map((part) => this.shapeOf(part, place)) };
    if (type.isTypeReference() && checker.isArrayLikeType(type))
      return { kind: 'list', of: this.shapeOf(checker.getTypeArguments(type)[0]!, place) };
    if (!type.isObjectType() && !type.isIntersectionType())
      throw new Error(`${place}: JSON cannot be compared with ${checker.typeToString(type)}.`);
    const symbol = type.getSymbol()?.name ?? '';
    const name = /^\w+$/.test(symbol) && !symbol.startsWith('__') ? symbol : place;
    const fields = checker.getPropertiesOfType(type).map((field) => {
      const shape = this.shapeOf(checker.getTypeOfSymbol(field)!, `${name}.${field.name}`);
      return [field.name, { optional: Boolean(field.flags & SymbolFlags.Optional), shape }] as const;
    });
    const [index] = checker.getIndexInfosOfType(type);
    const rest = index ? this.shapeOf(index.valueType, `${name}.*`) : null;
    return { kind: 'object', name, fields: new Map(fields), rest };
  }
}

/** How a value deviates from a shape, in sentences. `seen` gets names of objects, and of fields that hold something. */
export function deviations(value: unknown, shape: Shape, place: string, seen: Set<string>): string[] {
  const wrong = (expected: string) => [`${place} is ${JSON.stringify(value)?.slice(0, 60)}, not ${expected}`];
  switch (shape.kind) {
    case 'anything':
      return [];
    case 'null':
      return value === null ? [] : wrong('null');
    case 'literal':
      return value === shape.value ? [] : wrong(JSON.stringify(shape.value));
    case 'list':
      if (!Array.isArray(value)) return wrong('a list');
      return value.flatMap((element) => deviations(element, shape.of, `${place}[]`, seen));
    case 'tuple':
      if (!Array.isArray(value) || value.length !== shape.of.length) return wrong(`${shape.of.length} elements`);
      return shape.of.flatMap((part, index) => deviations(value[index], part, `${place}[${index}]`, seen));
    case 'union': {
      // Whichever fits best is meant.
      const tried = shape.of.map((part) => {
        const inside = new Set<string>();
        return { found: deviations(value, part, place, inside), inside };
      });
      const best = tried.reduce((one, other) => (other.found.length < one.found.length ? other : one));
      for (const name of best.inside) seen.add(name);
      return best.found;
    }
    case 'object': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('an object');
      seen.add(shape.name);
      const found: string[] = [];
      for (const [name, { optional }] of shape.fields)
        if (!optional && !(name in value)) found.push(`${place} has no "${name}", which ${shape.name} has`);
      for (const [name, content] of Object.entries(value)) {
        const field = shape.fields.get(name)?.shape ?? shape.rest;
        if (!field) found.push(`${place} has "${name}", which ${shape.name} lacks`);
        else found.push(...deviations(content, field, `${place}.${name}`, seen));
        if (content !== null && shape.fields.has(name)) seen.add(`${shape.name}.${name}`);
      }
      return found;
    }
    default:
      return typeof value === shape.kind ? [] : wrong(`a ${shape.kind}`);
  }
}

/** Objects in a shape, at any depth, with the names of their fields; and the texts that may stand in it. */
export function namesIn(shape: Shape, names = { objects: new Map<string, string[]>(), texts: new Set<string>() }) {
  switch (shape.kind) {
    case 'list':
      namesIn(shape.of, names);
      break;
    case 'tuple':
    case 'union':
      for (const part of shape.of) namesIn(part, names);
      break;
    case 'literal':
      if (typeof shape.value === 'string') names.texts.add(shape.value);
      break;
    case 'object':
      if (names.objects.has(shape.name)) break;
      names.objects.set(shape.name, [...shape.fields.keys()]);
      for (const { shape: field } of shape.fields.values()) namesIn(field, names);
      if (shape.rest) namesIn(shape.rest, names);
      break;
  }
  return names;
}

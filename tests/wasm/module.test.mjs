/**
 * The module as JavaScript meets it, run on one build: NIBBLE_MODULE names its .mjs file.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const modulePath = process.env.NIBBLE_MODULE;
const root = fileURLToPath(new URL("../../", import.meta.url));
const glue = readFileSync(modulePath, "utf8");
const { default: factory } = await import(pathToFileURL(modulePath));

/** A core of the first part alone: each function of the rest throws its number. */
async function firstPart() {
  const part = (end) => readFileSync(modulePath.replace(/\.mjs$/, end));
  let exports;
  const core = await factory({
    instantiateWasm(imports, done) {
      const rest = new Proxy(
        {},
        {
          get: (_, name) => () => {
            throw new Error(`${String(name)} is not there yet`);
          },
        },
      );
      WebAssembly.instantiate(part(".wasm"), { ...imports, rest }).then(
        ({ instance }) => {
          exports = instance.exports;
          done(instance);
        },
      );
      return {};
    },
  });
  return {
    core,
    complete: () =>
      WebAssembly.instantiate(part("-rest.wasm"), { first: exports }),
  };
}

const { core, complete } = await firstPart();
await complete();
// A module holds the kernels of one target.
const kernels = [core.bestKernel()];

/** Interface name -> the names it declares. */
function declaredNames() {
  const text = readFileSync(`${root}web/src/wasm/nibble.d.ts`, "utf8").replace(
    /\/\*[^]*?\*\//g,
    "",
  );
  const interfaces = new Map();
  for (const [, name, body] of text.matchAll(
    /export interface (\w+) \{([^]*?)\n\}/g,
  )) {
    interfaces.set(
      name,
      [...body.matchAll(/^ {2}(?:readonly )?(\w+)\s*[(:]/gm)].map(
        (match) => match[1],
      ),
    );
  }
  return interfaces;
}

/** Class name, or "" for the module itself -> the names the C++ bindings register. */
function boundNames() {
  const bound = new Map([["", []]]);
  for (const file of readdirSync(`${root}src/wasm`).filter((name) =>
    name.endsWith(".cpp"),
  )) {
    const text = readFileSync(`${root}src/wasm/${file}`, "utf8");
    let current = "";
    for (const [, call, name] of text.matchAll(
      /(class_<[\w:]+>|emscripten::function|\.function)\(\s*"(\w+)"/g,
    )) {
      if (call.startsWith("class_")) {
        bound.get("").push(name);
        bound.set((current = name), []);
      } else {
        bound.get(call === ".function" ? current : "").push(name);
      }
    }
  }
  return bound;
}

const sorted = (names) => [...names].sort();

test("the declaration and the bindings name the same things, and the module has them", () => {
  const declared = declaredNames();
  const bound = boundNames();
  const provided = ["HEAPU8", "_malloc", "_free"];
  assert.deepEqual(
    sorted(declared.get("NibbleModule")),
    sorted([...provided, ...bound.get("")]),
  );
  for (const name of declared.get("NibbleModule"))
    assert.ok(name in core, name);
  for (const [name, members] of bound) {
    if (name === "") continue;
    assert.deepEqual(
      sorted(declared.get(name) ?? []),
      sorted([...members, "delete"]),
      name,
    );
    for (const member of members)
      assert.equal(
        typeof core[name].prototype[member],
        "function",
        `${name}.${member}`,
      );
  }
  assert.equal(declared.size, bound.size);
});

// What a page waits for before it shows what there is; a module that is linked soon is not optimized.
const isLinkedSoon = process.env.NIBBLE_LINKED_SOON === "1";
test(
  "the first part is at most 600 kB with gzip",
  { skip: isLinkedSoon },
  () => {
    const first = modulePath.replace(/\.mjs$/, ".wasm");
    assert.ok(execFileSync("gzip", ["-9", "-c", first]).length <= 600_000);
  },
);

test("the glue makes no code from text", () => {
  assert.doesNotMatch(glue, /new Function\(|\beval\(/);
});

test("the module says what it is", () => {
  assert.match(core.version(), /^\d+\.\d+\.\d+$/);
  const formats = JSON.parse(core.formats());
  assert.deepEqual(
    formats.find((format) => format.name === "q4_0"),
    {
      ...formats.find((format) => format.name === "q4_0"),
      bitsPerWeight: 4.5,
      blockLength: 32,
      blockBytes: 18,
      quantized: true,
      importance: "optional",
      decodable: true,
    },
  );
  const fileTypes = JSON.parse(core.fileTypes());
  for (const name of [
    "Q4_0",
    "Q4_1",
    "Q5_0",
    "Q5_1",
    "Q8_0",
    "F16",
    "BF16",
    "F32",
  ]) {
    assert.ok(
      fileTypes.some((type) => type.name === name),
      name,
    );
  }
  for (const type of fileTypes) {
    assert.ok(
      ["COPY", "AUTO"].includes(type.name) || // what tensors have decides
        formats.some((format) => format.name === type.defaultType),
      type.name,
    );
  }
});

/** Weights everyone can make again: sums of four 16-bit numbers of a linear congruential generator. */
function sampleWeights(count) {
  const weights = new Float32Array(count);
  let state = 1;
  const next = () =>
    ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16) / 65536;
  for (let i = 0; i < count; ++i)
    weights[i] = (next() + next() + next() + next() - 2) / 64;
  return weights;
}

/** Converts f32 weights; the bytes, the saved statistics and the report. */
function convert(kernel, to, weights, rowLength) {
  const format = JSON.parse(core.formats()).find((entry) => entry.name === to);
  const bytes = (weights.length / format.blockLength) * format.blockBytes;
  const source = core._malloc(weights.byteLength);
  const target = core._malloc(bytes);
  const converter = new core.Converter("f32", to, "llama.cpp", kernel);
  const statistics = new core.Statistics();
  try {
    assert.equal(converter.problem(), "");
    core.HEAPU8.set(new Uint8Array(weights.buffer), source);
    const problem = converter.run(
      source,
      target,
      weights.length,
      0,
      rowLength,
      0,
      0,
      0,
    );
    if (problem !== "") return { problem };
    const pointer = converter.statisticsPointer();
    const saved = core.HEAPU8.slice(
      pointer,
      pointer + converter.statisticsBytes(),
    );
    assert.equal(statistics.merge(pointer, saved.length), "");
    return {
      kernel: converter.kernel(),
      bytes: core.HEAPU8.slice(target, target + bytes),
      saved,
      report: JSON.parse(statistics.report()),
      line: statistics.quantizeStatsLine("blk.0.ffn_up.weight"),
    };
  } finally {
    converter.delete();
    statistics.delete();
    core._free(source);
    core._free(target);
  }
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

test("every build and kernel makes the same bytes and the same figures", () => {
  const weights = sampleWeights(6144);
  const runs = kernels.map((kernel) => convert(kernel, "q4_0", weights, 768));
  for (const [index, run] of runs.entries()) {
    assert.equal(run.kernel, kernels[index]);
    // Hashes of a first run, to hold all builds to one another. The core tests say that they are llama.cpp's bytes.
    assert.equal(
      sha256(run.bytes),
      "20e578eb094248a192019c9f995cd8b51d4c4e7c10e18122476b9a1631c5220f",
    );
    assert.equal(
      sha256(run.saved),
      "6010d4762c5c705518192c2e6bcda9f7016121a6113c0a4f45c940ebf7fdda63",
    );
    assert.equal(run.report.count, 6144);
    assert.equal(run.report.coarseHistogram.length, 150);
    assert.equal(run.report.weightedRmse, null);
    assert.equal(
      run.line,
      "blk.0.ffn_up.weight                               : " +
        "rmse 0.00075187, maxerr 0.00275040, 95pct<0.0014, median<0.0008",
    );
  }
});

test("bad input comes back as a sentence", () => {
  const none = new core.Converter("f32", "q9_9", "llama.cpp", "scalar");
  assert.equal(
    none.problem(),
    'There is no tensor type "q9_9". Choose one such as q4_K or q8_0.',
  );
  assert.equal(none.run(0, 0, 32, 0, 32, 0, 0, 0), none.problem());
  none.delete();
  const odd = new core.Converter("f32", "q4_0", "llama.cpp", "fast");
  assert.match(odd.problem(), /no kernel named "fast"/);
  odd.delete();

  const weights = sampleWeights(64);
  weights[40] = NaN;
  assert.match(
    convert("scalar", "q4_0", weights, 32).problem,
    /row 1, column 8 .* is not a number/,
  );

  const statistics = new core.Statistics();
  const pointer = core._malloc(16);
  core.HEAPU8.fill(7, pointer, pointer + 16);
  assert.match(statistics.merge(pointer, 16), /arrived damaged/);
  assert.match(statistics.merge(pointer, 0), /arrived damaged/);
  assert.equal(JSON.parse(statistics.report()).count, 0);
  core._free(pointer);
  statistics.delete();
});

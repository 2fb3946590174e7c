#include <filesystem>
#include <fstream>
#include <iostream>

#include "core/archive_builder.h"
#include "core/gguf_builder.h"

/// Writes well-formed inputs for each fuzz target to start from: seeds FOLDER makes FOLDER/<target>/<name>.
namespace {

using namespace nibble;

std::filesystem::path folder;

void seed(const std::string& target, const std::string& name, const Bytes& bytes) {
  std::filesystem::create_directories(folder / target);
  std::ofstream out(folder / target / name, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

Bytes small_gguf() {
  return GgufBuilder()
      .value("general.architecture", "llama")
      .value("llama.block_count", 1u)
      .value("tokenizer.ggml.tokens", GgufBuilder::array,
             GgufBuilder::list(GgufBuilder::string, 2,
                               GgufBuilder::joined({GgufBuilder::text("a"), GgufBuilder::text("b")})))
      .tensor("token_embd.weight", {32, 2}, 1, 128)
      .tensor("output_norm.weight", {32}, 0, 128)
      .build();
}

/// A vocabulary of each kind, and a text behind it.
Bytes small_vocabulary(const char* model) {
  const auto texts = [](const std::vector<std::string>& list) {
    Bytes all;
    for (const std::string& one : list) append(all, GgufBuilder::text(one));
    return GgufBuilder::list(GgufBuilder::string, list.size(), all);
  };
  const auto numbers = [](GgufBuilder::Code element, const auto& list) {
    Bytes all;
    for (const auto one : list) append(all, little(one));
    return GgufBuilder::list(element, list.size(), all);
  };
  const std::vector<std::string> tokens = {"<unk>", "<s>", "</s>", "<0x0A>", "▁", "a", "b", "ab", "▁ab", "Ġ", "<tag>"};
  // A trie of one unit that replaces "b" by "a".
  Bytes map = joined({little<uint32_t>(1028)});
  for (uint32_t i = 0; i < 257; ++i) {
    const uint32_t unit = i == 0           ? 1 << 10
                          : i == 99        ? 98 | 256 | 64 << 10
                          : i == (99 ^ 64) ? 1u << 31
                                           : 127u | 1u << 31;
    append(map, little(unit));
  }
  append(map, {'a', 0});
  return joined({GgufBuilder()
                     .value("tokenizer.ggml.model", model)
                     .value("tokenizer.ggml.pre", "llama-bpe")
                     .value("tokenizer.ggml.tokens", GgufBuilder::array, texts(tokens))
                     .value("tokenizer.ggml.scores", GgufBuilder::array,
                            numbers(GgufBuilder::f32, std::vector<float>{0, 0, 0, 0, -9, -7, -7, -5, -3, -9, 0}))
                     .value("tokenizer.ggml.token_type", GgufBuilder::array,
                            numbers(GgufBuilder::i32, std::vector<int32_t>{2, 3, 3, 6, 1, 1, 1, 1, 1, 1, 4}))
                     .value("tokenizer.ggml.merges", GgufBuilder::array, texts({"a b"}))
                     .value("tokenizer.ggml.precompiled_charsmap", GgufBuilder::array,
                            GgufBuilder::list(GgufBuilder::u8, map.size(), map))
                     .value("tokenizer.ggml.unknown_token_id", 0u)
                     .value("tokenizer.ggml.seperator_token_id", 2u)
                     .build(),
                 bytes_of("ab <tag> b\n<s> É日1 'S")});
}

Bytes small_importance() {
  return GgufBuilder()
      .value("general.type", "imatrix")
      .value("imatrix.chunk_count", 1u)
      .value("imatrix.chunk_size", 8u)
      .tensor("blk.0.attn_q.weight.in_sum2", {32}, 0, 128)
      .tensor("blk.0.attn_q.weight.counts", {1}, 0, 4)
      .build();
}

Bytes small_ggml() {
  Bytes file = joined({bytes_of("tjgg"), little<uint32_t>(3)});
  for (const uint32_t number : {3u, 32u, 64u, 4u, 1u, 8u, 0u}) append(file, little(number));
  for (int i = 0; i < 3; ++i) append(file, joined({little<uint32_t>(1), {'a'}, little(1.0f)}));
  for (const char* name : {"layers.0.attention.wk.weight", "layers.0.feed_forward.w1.weight"}) {
    const std::string text = name;
    append(file, joined({little<uint32_t>(2), little(static_cast<uint32_t>(text.size())), little<uint32_t>(0),
                         little<uint32_t>(32), little<uint32_t>(2), bytes_of(text)}));
    file.resize((file.size() + 31) / 32 * 32 + 256);
  }
  return file;
}

Bytes small_safetensors() {
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},)"
      R"("b":{"dtype":"U8","shape":[],"data_offsets":[12,13]}} )";
  return joined({little<uint64_t>(header.size()), bytes_of(header), Bytes(13, 5)});
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "seeds FOLDER\n";
    return 2;
  }
  folder = arguments[1];
  const Bytes dict = pickle::whole(pickle::ordered_dict(
      {{"a.weight", pickle::tensor("FloatStorage", "0", 6, 0, {2, 3}, {3, 1})},
       {"b", pickle::call(pickle::global("torch._utils", "_rebuild_parameter"),
                          pickle::tuple({pickle::tensor("HalfStorage", "1", 4, 0, {4}, {1}), {0x88}, {'}'}}))}}));
  const Bytes nested = pickle::whole(
      pickle::dict({{"state_dict", pickle::dict({{"w", pickle::tensor("LongStorage", "0", 3, 0, {3}, {1})}})},
                    {"epoch", pickle::number(3)}}));
  const Bytes array = npy_array("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", Bytes(24, 7));
  seed("pickle", "state_dict", dict);
  seed("pickle", "nested", nested);
  seed("pickle", "call",
       pickle::whole(pickle::call(pickle::global("os", "system"), pickle::tuple({pickle::text("true")}))));
  seed("npy", "rows", array);
  seed("npy", "columns", npy_array("{'descr': '|u1', 'fortran_order': True, 'shape': (2,), }", Bytes(2), 3));
  for (const bool zip64 : {false, true}) {
    ZipBuilder arrays, checkpoint;
    arrays.zip64 = checkpoint.zip64 = zip64;
    seed("zip", zip64 ? "arrays64" : "arrays", arrays.entry("a.npy", array).entry("b.npy", array).build());
    seed("zip", zip64 ? "checkpoint64" : "checkpoint",
         checkpoint.entry("m/data.pkl", dict)
             .entry("m/byteorder", bytes_of("little"))
             .entry("m/data/0", Bytes(24))
             .entry("m/data/1", Bytes(8))
             .build());
  }
  seed("gguf", "model", joined({{0}, small_gguf()}));
  seed("importance", "gguf", small_importance());
  // One entry of two values, as older programs wrote it.
  seed("importance", "dat",
       joined({little<uint32_t>(1),
               little<uint32_t>(1),
               {'w'},
               little<uint32_t>(1),
               little<uint32_t>(2),
               little(1.0f),
               little(2.0f)}));
  seed("llama_ggml", "model", small_ggml());
  for (const char* model : {"llama", "gpt2", "gemma4", "bert", "t5"}) {
    seed("text_encoder", model, small_vocabulary(model));
  }
  seed("safetensors", "model", joined({{0}, small_safetensors()}));
  // The first byte says which file the others are.
  seed("tokenizer", "json",
       joined({{0},
               bytes_of(R"({"added_tokens":[{"id":2,"content":"<s>","special":true}],)"
                        R"("model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}})")}));
  return 0;
}

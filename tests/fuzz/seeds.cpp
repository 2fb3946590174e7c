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
  seed("tokenizer", "tekken",
       joined({{10}, bytes_of(R"({"rank":256,"token_bytes":"YWI="},{"rank":257,"token_bytes":"YWJj"}]})")}));
  seed("tokenizer", "ranks", joined({{11}, bytes_of("YWI= 256\nYWJj 257\n")}));
  const char* folders[] = {
      R"({"architectures":["LlamaForCausalLM"],"hidden_size":32,"num_hidden_layers":1,"num_attention_heads":2,)"
      R"("intermediate_size":32,"vocab_size":4,"rope_scaling":{"type":"yarn","factor":2}})",
      R"({"dim":32,"n_layers":1,"n_heads":2,"hidden_dim":32,"norm_eps":1e-5,"vocab_size":4,"rope_theta":1e6,)"
      R"("moe":{"num_experts":2,"num_experts_per_tok":1},"yarn":{"factor":2,"beta":32,"alpha":1,)"
      R"("original_max_position_embeddings":64},"llama_4_scaling":{"beta":0.1},"max_seq_len":99})",
      R"({"peft_type":"LORA","lora_alpha":4,"r":2,"use_dora":true,"use_rslora":false,"bias":"none"})",
      R"({"base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight":{"dtype":"F32","shape":[2,32],)"
      R"("data_offsets":[0,256]},"base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight":{"dtype":"F32",)"
      R"("shape":[32,2],"data_offsets":[256,512]}})",
      R"([{"path":"2_Dense","type":"sentence_transformers.models.Dense"}])",
      R"({"in_features":32,"out_features":32,"activation_function":"torch.nn.modules.linear.Identity"})",
      R"({"weight_map":{"model.norm.weight":"model.safetensors"}})",
      R"({"pooling_mode_mean_tokens":true,"pooling_mode_cls_token":false})",
      R"({"quant_method":"compressed-tensors","config_groups":{"a":{"targets":["Linear","re:.*v_proj"],)"
      R"("weights":{"num_bits":4,"group_size":32,"block_structure":[32,32]}}},"bits":4,"weight_block_size":[128,128]})",
      R"("rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4},"head_dim":16)"};
  for (uint8_t way = 0; way < std::size(folders); ++way) {
    seed("folder", std::to_string(way).c_str(), joined({{way}, bytes_of(folders[way])}));
  }
  // Options as pages, recipes and receipts hand them over; the last changes a header.
  const char* options[] = {
      R"({"type":"Q4_K_M","pure":true,"allowRequantize":true,"jobBytes":4096})",
      R"({"type":"Q8_0","method":"lowest-error","keepSplit":true,"pruneLayers":[1],"leaveOutputTensor":tr)"
      R"(ue})",
      R"({"type":"Q6_K","tensorTypes":[{"pattern":"attn_q","type":"q8_0"}],"overrides":[{"key":"a.b",)"
      R"("type":"bool","value":"true"}]})",
      R"({"type":"COPY","edit":{"set":[{"key":"general.name","kind":"string","values":["x"]},{"key":"l.l",)"
      R"("kind":"[i32]","values":["1","2"]}],"rename":[{"from":"llama.rope.freq_base","to":"b"}],)"
      R"("split":{"tensors":2,"bareFirst":true}}})"};
  for (size_t i = 0; i < std::size(options); ++i) seed("options", std::to_string(i), bytes_of(options[i]));
  seed("measurement", "one",
       joined({{0},
               bytes_of(
                   R"({"nibbleMeasurement":1,"version":"0.1.0","method":"llama.cpp","files":[{"name":"m.gguf","bytes":)"
                   R"(1054368}],"architecture":"llama","importance":null,"text":null,"precision":0.05,"allRows":false,)"
                   R"("weights":260032,"keptFileBytes":17120,"keptTensorBytes":2816,"quantizedSource":false,"tensors":)"
                   R"([{"name":"blk.0.ffn_up.weight","shape":[64,172],"from":"f32","weights":11008,"rows":172,"rowsMea)"
                   R"(sured":48,"importance":false,"sums":[39.5,34.25,34.25],"weightedSums":[0,0,0],"types":[{"type":")"
                   R"(q4_0","possible":true,"sums":[0.25,0.00390625,0.125],"weightedSums":[0,0,0]},{"type":"q8_0","pos)"
                   R"(sible":true,"sums":[0.00125,1.953125e-05,0.000625],"weightedSums":[0,0,0]}],"grids":[{"type":"q4)"
                   R"(_0","kept":0,"blocks":96}]}]})")}));
  return 0;
}

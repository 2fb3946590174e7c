#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "derived/derived_reader.h"
#include "error.h"
#include "model/model.h"
#include "plan/json.h"
#include "plan/plan.h"

/// Whatever one file of a model folder says, the answer is a model whose every value can be made, or a sentence. The
/// first byte chooses which file the rest is, and how the others are laid out.
namespace {

using namespace nibble;
using Bytes = std::vector<uint8_t>;
using Files = std::vector<std::pair<std::string, Bytes>>;

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

struct Shape {
  const char *name, *dtype;
  uint64_t rows, columns;  // rows 0: one dimension
  uint64_t bytes;
};

Bytes safetensors(std::span<const Shape> shapes) {
  std::string header = "{";
  uint64_t at = 0;
  for (const Shape& shape : shapes) {
    header += header.size() == 1 ? "\"" : ",\"";
    header += std::string(shape.name) + R"(":{"dtype":")" + shape.dtype + R"(","shape":[)";
    if (shape.rows > 0) header += std::to_string(shape.rows) + ',';
    header += std::to_string(shape.columns) + R"(],"data_offsets":[)" + std::to_string(at) + ',';
    at += shape.bytes;
    header += std::to_string(at) + "]}";
  }
  header += '}';
  Bytes file(8);
  const uint64_t length = header.size();
  std::memcpy(file.data(), &length, sizeof length);
  file.insert(file.end(), header.begin(), header.end());
  for (uint64_t i = 0; i < at; ++i) file.push_back(static_cast<uint8_t>(i % 60));
  return file;
}

constexpr std::string_view config_start =
    R"({"architectures":["LlamaForCausalLM"],"hidden_size":32,"num_hidden_layers":1,"num_attention_heads":2,)"
    R"("intermediate_size":32,"vocab_size":4)";

constexpr Shape hugging_face[] = {{"model.embed_tokens.weight", "F16", 4, 32, 256},
                                  {"model.norm.weight", "F16", 0, 32, 64},
                                  {"lm_head.weight", "F16", 4, 32, 256},
                                  {"model.layers.0.input_layernorm.weight", "F16", 0, 32, 64},
                                  {"model.layers.0.self_attn.q_proj.weight", "F16", 32, 32, 2048},
                                  {"model.layers.0.self_attn.k_proj.weight", "F16", 32, 32, 2048},
                                  {"model.layers.0.self_attn.v_proj.weight", "F16", 32, 32, 2048},
                                  {"model.layers.0.self_attn.o_proj.weight", "F16", 32, 32, 2048},
                                  {"model.layers.0.post_attention_layernorm.weight", "F16", 0, 32, 64},
                                  {"model.layers.0.mlp.gate_proj.weight", "F16", 32, 32, 2048},
                                  {"model.layers.0.mlp.up_proj.weight", "F16", 32, 32, 2048},
                                  {"model.layers.0.mlp.down_proj.weight", "F16", 32, 32, 2048}};
/// Parts of quantized layers of many kinds, of which a configuration says what they are.
constexpr Shape quantized[] = {{"model.embed_tokens.weight", "F16", 4, 32, 256},
                               {"model.norm.weight", "F16", 0, 32, 64},
                               {"lm_head.weight", "F16", 4, 32, 256},
                               {"model.layers.0.input_layernorm.weight", "F16", 0, 32, 64},
                               {"model.layers.0.self_attn.q_proj.weight_packed", "U8", 32, 16, 512},
                               {"model.layers.0.self_attn.q_proj.weight_scale", "U8", 32, 1, 32},
                               {"model.layers.0.self_attn.k_proj.weight", "F8_E4M3", 32, 32, 1024},
                               {"model.layers.0.self_attn.k_proj.weight_scale_inv", "F32", 1, 1, 4},
                               {"model.layers.0.self_attn.v_proj.weight_packed", "I32", 32, 4, 512},
                               {"model.layers.0.self_attn.v_proj.weight_scale", "F16", 32, 1, 64},
                               {"model.layers.0.self_attn.o_proj.qweight", "I32", 4, 32, 512},
                               {"model.layers.0.self_attn.o_proj.qzeros", "I32", 1, 4, 16},
                               {"model.layers.0.self_attn.o_proj.scales", "F16", 1, 32, 64},
                               {"model.layers.0.post_attention_layernorm.weight", "F16", 0, 32, 64},
                               {"model.layers.0.mlp.gate_proj.weight", "I8", 32, 32, 1024},
                               {"model.layers.0.mlp.gate_proj.weight_scale", "F32", 32, 1, 128},
                               {"model.layers.0.mlp.up_proj.weight_packed", "U8", 32, 16, 512},
                               {"model.layers.0.mlp.up_proj.weight_scale", "F8_E4M3", 32, 2, 64},
                               {"model.layers.0.mlp.down_proj.weight", "F16", 32, 32, 2048}};
constexpr Shape mistral[] = {{"tok_embeddings.weight", "F16", 4, 32, 256},
                             {"norm.weight", "F16", 0, 32, 64},
                             {"output.weight", "F16", 4, 32, 256},
                             {"layers.0.attention_norm.weight", "F16", 0, 32, 64},
                             {"layers.0.attention.wq.weight", "F16", 32, 32, 2048},
                             {"layers.0.attention.wk.weight", "F16", 32, 32, 2048},
                             {"layers.0.attention.wv.weight", "F16", 32, 32, 2048},
                             {"layers.0.attention.wo.weight", "F16", 32, 32, 2048},
                             {"layers.0.ffn_norm.weight", "F16", 0, 32, 64},
                             {"layers.0.feed_forward.w1.weight", "F16", 32, 32, 2048},
                             {"layers.0.feed_forward.w2.weight", "F16", 32, 32, 2048},
                             {"layers.0.feed_forward.w3.weight", "F16", 32, 32, 2048}};
constexpr Shape adapter[] = {
    {"base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", "F32", 2, 32, 256},
    {"base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight", "F32", 32, 2, 256},
    {"base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector", "F32", 0, 32, 128}};
constexpr Shape dense[] = {{"linear.weight", "F32", 32, 32, 4096}};

Files folder_of(uint8_t way, const Bytes& given) {
  const std::string config = std::string(config_start) + '}';
  Files files = {{"config.json", bytes_of(config)}, {"model.safetensors", safetensors(hugging_face)}};
  const std::string lora = way & 16 ? "--lora/1/alone/" : "--lora/1/1/";
  const auto with_adapter = [&] {
    files.emplace_back(lora + "adapter_config.json",
                       bytes_of(R"({"peft_type":"LORA","lora_alpha":4,"r":2,"use_dora":true})"));
    files.emplace_back(lora + "adapter_model.safetensors", safetensors(adapter));
  };
  const auto with_dense = [&] {
    files.emplace_back("modules.json", bytes_of(R"([{"path":"2_Dense","type":"Dense"}])"));
    files.emplace_back("2_Dense/config.json", bytes_of(R"({"in_features":32,"out_features":32})"));
    files.emplace_back("2_Dense/model.safetensors", safetensors(dense));
  };
  switch (way % 10) {
    case 0: files[0].second = given; break;
    case 1: files = {{"params.json", given}, {"consolidated.safetensors", safetensors(mistral)}}; break;
    case 2:
      with_adapter();
      files[2].second = given;
      break;
    case 3: {  // a header whose length is right
      with_adapter();
      Bytes file(8);
      const uint64_t length = given.size();
      std::memcpy(file.data(), &length, sizeof length);
      file.insert(file.end(), given.begin(), given.end());
      file.resize(file.size() + 1024);
      files[3].second = file;
      break;
    }
    case 4:
      with_dense();
      files[2].second = given;
      break;
    case 5:
      with_dense();
      files[3].second = given;
      break;
    case 6: files.emplace_back("model.safetensors.index.json", given); break;
    case 7: files.emplace_back("1_Pooling/config.json", given); break;
    case 8: {
      std::string text = std::string(config_start) + R"(,"quantization_config":)";
      text.append(given.begin(), given.end()).append("}");
      files[0].second = bytes_of(text);
      files[1].second = safetensors(quantized);
      break;
    }
    default: {  // settings of any family, of the layers there are
      std::string text = std::string(config_start) + ',';
      text.append(given.begin(), given.end()).append("}");
      files[0].second = bytes_of(text);
    }
  }
  return files;
}

/// Makes every value of the derived file.
void make_all(const Model& model, const Files& files) {
  DerivedReader reader(DerivedFile::restore(model.derived().save()), best_kernel());
  Bytes input, output;
  for (size_t i = 0; i < model.derived().tensors.size(); ++i) {
    const uint64_t first = model.derived().offsets[i], bytes = model.derived().tensors[i].bytes();
    for (uint64_t done = 0; done < bytes;) {
      const uint64_t made = reader.plan(first + done, bytes - done);
      input.clear();
      for (const StridedRead& read : reader.reads()) {
        const Bytes& file = files[read.file].second;
        for (uint64_t k = 0; k < read.count; ++k) {
          const uint64_t at = read.offset + k * read.stride;
          if (at > file.size() || read.bytes > file.size() - at) __builtin_trap();
          input.insert(input.end(), file.begin() + static_cast<std::ptrdiff_t>(at),
                       file.begin() + static_cast<std::ptrdiff_t>(at + read.bytes));
        }
      }
      if (input.size() != reader.input_bytes()) __builtin_trap();
      output.resize(made);
      reader.make(input.data(), output.data());
      done += made;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Files files = folder_of(data[0], Bytes(data + 1, data + size));
  try {
    Model model;
    for (size_t i = 0; i < files.size(); ++i) {
      const auto& [name, bytes] = files[i];
      if (model.offer(i, name, bytes.size(), 0, bytes).bytes != 0) return 0;
    }
    model.complete();
    model_json(model);
    const char* choices[] = {R"({"type":"AUTO"})", R"({"type":"F32"})", R"({"type":"Q4_K_M"})"};
    const Plan plan = make_plan(model, parse_plan_options(choices[data[0] / 16 % 3]));
    plan_json(plan, model);
    for (const OutputFile& out : plan.files) {
      if (!read_gguf(out.header, out.bytes).header) __builtin_trap();
    }
    make_all(model, files);
  } catch (const Error&) {
    // A sentence is a good answer.
  }
  return 0;
}

#include <gmock/gmock.h>

#include "model/adapter.h"
#include "peft_adapter.h"
#include "sentence_of.h"
#include "texts_of.h"

/// An adapter by itself becomes what llama.cpp loads beside a model.
namespace nibble {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

Files alone(const Merging& merging, const Peft& adapter) { return merging.with({adapter.files(1, "alone")}); }

std::vector<float> made(const Output& output, const std::string& name) {
  const std::vector<uint8_t>& bytes = output.tensors.at(name);
  std::vector<float> list(bytes.size() / 4);
  std::memcpy(list.data(), bytes.data(), bytes.size());
  return list;
}

const StoredTensor& info(const Output& output, const std::string& name) {
  for (const StoredTensor& tensor : output.header.tensors) {
    if (tensor.name == name) return tensor;
  }
  throw Error("no " + name);
}

/// The values of an adapter's matrix.
std::vector<float> given(const Peft& adapter, const std::string& module, const char* part) {
  return floats_of(adapter.file.tensors.at("base_model.model." + module + part + "weight"));
}

/// Whatever the order of rows, W + factor x B A of the model's tensor is the tensor of the merged model.
void expect_merges(const Output& base, const Output& adapter, const Output& merged, const std::string& name,
                   double factor) {
  SCOPED_TRACE(name);
  const std::vector<float> a = made(adapter, name + ".weight.lora_a"), b = made(adapter, name + ".weight.lora_b");
  const std::vector<float> w = made(base, name + ".weight"), expected = made(merged, name + ".weight");
  const auto& shape = info(base, name + ".weight").shape;
  const auto &down = info(adapter, name + ".weight.lora_a").shape, &up = info(adapter, name + ".weight.lora_b").shape;
  const uint64_t columns = shape[0], rows = shape[1], matrices = shape.size() > 2 ? shape[2] : 1, rank = down[1];
  ASSERT_EQ(down[0], columns);
  ASSERT_EQ(up[0], rank);
  ASSERT_EQ(up[1], rows);
  ASSERT_EQ(a.size(), columns * rank * matrices);
  ASSERT_EQ(b.size(), rows * rank * matrices);
  for (uint64_t i = 0; i < w.size(); ++i) {
    const uint64_t matrix = i / (rows * columns), row = i / columns % rows, column = i % columns;
    double sum = 0;
    for (uint64_t k = 0; k < rank; ++k) {
      sum += static_cast<double>(b[(matrix * rows + row) * rank + k]) *
             static_cast<double>(a[(matrix * rank + k) * columns + column]);
    }
    ASSERT_EQ(static_cast<float>(static_cast<double>(w[i]) + factor * sum), expected[i]) << i;
  }
}

TEST(AdapterFile, HoldsWhatLlamaCppLoads) {
  for (const char* name : {"llama", "qwen3", "qwen3_moe", "qwen3_5-vl"}) {
    SCOPED_TRACE(name);
    Merging merging(name);
    Peft adapter;
    for (const char* end : {"self_attn.q_proj", "self_attn.k_proj", "self_attn.o_proj", "down_proj"}) {
      merging.add(adapter, end, 4, static_cast<uint32_t>(std::strlen(end)));
    }
    const Files files = alone(merging, adapter);
    EXPECT_EQ(opened(files).container(), "LoRA adapter");
    const Output output = convert(files, "F32"), base = convert(merging.base, "F32");
    const Output merged = convert(merging.with({adapter.files(1, "1")}), "F32");
    EXPECT_EQ(output.header.text("general.type"), "adapter");
    EXPECT_EQ(output.header.text("adapter.type"), "lora");
    EXPECT_EQ(output.header.text("general.architecture"), base.header.text("general.architecture"));
    const KeyValue* alpha = output.header.find("adapter.lora.alpha");
    ASSERT_TRUE(alpha && alpha->type == ValueType::f32);
    float value;
    std::memcpy(&value, output.header.bytes.data() + alpha->offset, sizeof value);
    EXPECT_EQ(value, 8);
    size_t changed = 0;
    for (const auto& [tensor, bytes] : base.tensors) {
      if (!output.tensors.contains(tensor + ".lora_a")) continue;
      expect_merges(base, output, merged, tensor.substr(0, tensor.size() - 7), 8 / 4.0);
      ++changed;
    }
    EXPECT_EQ(output.tensors.size(), 2 * changed);
    EXPECT_GE(changed, 4u);
  }
}

TEST(AdapterFile, TakesTheTypeThatIsAskedFor) {
  Merging merging("qwen3");
  Peft adapter;
  merging.add(adapter, "q_proj", 4, 1);
  const Files files = alone(merging, adapter);
  const auto type_of = [&](const char* type) { return info(convert(files, type), "blk.0.attn_q.weight.lora_b").type; };
  EXPECT_EQ(type_of("AUTO"), Type::f32);
  EXPECT_EQ(type_of("F32"), Type::f32);
  EXPECT_EQ(type_of("F16"), Type::f16);
  EXPECT_EQ(type_of("BF16"), Type::bf16);
  EXPECT_EQ(made(convert(files, "AUTO"), "blk.0.attn_q.weight.lora_a"),
            given(adapter, "model.layers.0.self_attn.q_proj", ".lora_A."));
}

/// llama.cpp divides alpha by the rank, whatever the adapter divided it by.
TEST(AdapterFile, AlphaSaysWhatRsloraMultipliesBy) {
  Merging merging("qwen3");
  Peft adapter;
  adapter.settings["use_rslora"] = true;
  merging.add(adapter, "q_proj", 4, 1);
  const Output output = convert(alone(merging, adapter), "F32");
  const KeyValue* alpha = output.header.find("adapter.lora.alpha");
  float value;
  std::memcpy(&value, output.header.bytes.data() + alpha->offset, sizeof value);
  EXPECT_EQ(value, 16);
}

std::string refusal(const Files& files) {
  return sentence_of([&] { opened(files); });
}

TEST(AdapterFile, SaysWhatItCannotHold) {
  Merging merging("qwen3");
  Peft adapter;
  merging.add(adapter, "q_proj", 4, 1);
  EXPECT_EQ(refusal(alone(merging, adapter)), "");
  EXPECT_THAT(refusal(merging.with({adapter.files(1, "alone"), adapter.files(2, "1")})),
              HasSubstr("A GGUF adapter is made of one adapter, and 2 adapters were given."));
  adapter.add_lengths("model.layers.0.self_attn.q_proj", 64, 3);
  EXPECT_THAT(refusal(alone(merging, adapter)), HasSubstr("which a GGUF adapter does not hold. Merge it"));
  Peft other;
  other.add("model.layers.0.self_attn.q_proj", 24, 40, 4, 1);
  EXPECT_THAT(refusal(alone(merging, other)), HasSubstr("It was trained for another model"));

  // A matrix that llama.cpp wants turned head by head.
  Merging deepseek("deepseek_v3");
  Peft turned;
  deepseek.add(turned, "kv_b_proj", 4, 1);
  EXPECT_THAT(refusal(alone(deepseek, turned)), HasSubstr("cut or turned, so that no GGUF adapter can change it"));

  Merging experts("qwen3_moe");
  Peft some;
  const RawTensor& raw = experts.file.tensors.at("model.layers.0.mlp.experts.0.up_proj.weight");
  some.add("model.layers.0.mlp.experts.0.up_proj", raw.shape[0], raw.shape[1], 4, 1);
  EXPECT_THAT(refusal(alone(experts, some)), HasSubstr("and a GGUF adapter changes all or none"));
}

}  // namespace
}  // namespace nibble

#include "model/adapter.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <random>

#include "architecture/view.h"
#include "converted.h"
#include "derived_source.h"
#include "error.h"
#include "output/output_plan.h"
#include "peft_adapter.h"
#include "sentence_of.h"
#include "texts_of.h"

/// A folder with adapters becomes what the folder becomes whose weights were merged before, in double precision.
namespace nibble {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

void expect_same(const Output& got, const Output& expected) {
  ASSERT_EQ(got.tensors.size(), expected.tensors.size());
  for (const auto& [name, bytes] : expected.tensors) EXPECT_EQ(got.tensors.at(name), bytes) << name;
}

TEST(Adapter, IsMergedAsDoublePrecisionMergesIt) {
  for (const char* name : {"llama", "qwen3", "gemma3-text", "qwen3_moe"}) {
    SCOPED_TRACE(name);
    Merging merging(name);
    Peft adapter;
    for (const char* end : {"q_proj", "k_proj", "o_proj", "gate_proj", "down_proj"}) {
      merging.add(adapter, end, 4, static_cast<uint32_t>(std::strlen(end)));
    }
    const Output got = convert(merging.with({adapter.files(1, "0.75")}), "F32");
    const Output plain = convert(merging.base, "F32");
    merging.merge(adapter, 0.75 * 8 / 4);
    expect_same(got, convert(merging.before(), "F32"));
    EXPECT_NE(got.tensors.at("blk.0.attn_q.weight"), plain.tensors.at("blk.0.attn_q.weight"));
    EXPECT_EQ(got.tensors.at("blk.0.attn_v.weight"), plain.tensors.at("blk.0.attn_v.weight"));
  }
}

/// DoRA: every row of W + factor x B A gets the length it was trained with.
TEST(Adapter, LengthsOfRowsAreSet) {
  for (const char* name : {"llama", "qwen3", "qwen3_moe"}) {
    SCOPED_TRACE(name);
    Merging merging(name);
    Peft adapter;
    for (const char* end : {"q_proj", "v_proj", "down_proj"}) {
      merging.add(adapter, end, 4, static_cast<uint32_t>(std::strlen(end)));
      for (const std::string& module : merging.modules(end)) {
        adapter.add_lengths(module, merging.file.tensors.at(module + ".weight").shape[0], 8);
      }
    }
    const Output got = convert(merging.with({adapter.files(1, "1")}), "F32");
    merging.merge(adapter, 8 / 4.0);
    expect_same(got, convert(merging.before(), "F32"));
  }
}

TEST(Adapter, SeveralComeOneAfterTheOtherWithTheirScales) {
  Merging merging("qwen3");
  Peft first, second;
  first.settings["use_rslora"] = true;
  first.settings["lora_alpha"] = 5;
  second.settings["r"] = 7;
  second.settings.erase("base_model_name_or_path");
  merging.add(first, "q_proj", 4, 1);
  merging.add(second, "q_proj", 7, 2);
  merging.add(second, "up_proj", 7, 3);
  const Files files = merging.with({second.files(2, "-1.5"), first.files(1, "1")});
  const Output got = convert(files, "F32");
  merging.merge(first, 5 / 2.0);
  merging.merge(second, -1.5 * 8 / 7);
  expect_same(got, convert(merging.before(), "F32"));
  const std::vector<std::string> notes = texts_of(opened(files).notes());
  EXPECT_THAT(notes, Contains(HasSubstr("An adapter is merged with strength -1.5: it changes ")));
  for (const std::string& note : notes) EXPECT_EQ(note.find("quantized"), std::string::npos) << note;
}

TEST(Adapter, IsAddedToWhatQuantizedWeightsAreDecodedTo) {
  Merging merging("qwen3-fp8");
  Peft adapter;
  const std::string module = "model.layers.1.mlp.up_proj";
  const RawTensor& raw = merging.file.tensors.at(module + ".weight");
  ASSERT_EQ(raw.dtype, "F8_E4M3");
  adapter.add(module, raw.shape[0], raw.shape[1], 4, 9);
  const Output plain = convert(merging.base, "F32");
  const Output got = convert(merging.with({adapter.files(1, "1")}), "F32");
  const auto values = [](const Output& output) {
    const std::vector<uint8_t>& bytes = output.tensors.at("blk.1.ffn_up.weight");
    std::vector<float> list(bytes.size() / 4);
    std::memcpy(list.data(), bytes.data(), bytes.size());
    return list;
  };
  EXPECT_EQ(values(got), merged(values(plain), adapter, module, 2));
}

void any_stretch_in_any_order_is_the_same(bool lengths) {
  const uint64_t rows = 70, columns = 96, rank = 5;
  Source source;
  std::mt19937 random(4);
  std::normal_distribution<float> weight(0, 1);
  const auto numbers = [&](uint64_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = weight(random);
    return values;
  };
  const std::vector<float> w = numbers(rows * columns), a = numbers(rank * columns), b = numbers(rows * rank),
                           m = numbers(rows);
  for (const auto* list : {&w, &a, &b, &m}) {
    source.files.emplace_back();
    append(source.files.back(), list->data(), list->size() * 4);
  }
  DerivedMatrix matrix;
  matrix.rows = rows;
  matrix.columns = columns;
  matrix.data = {0, 0, Type::f32, rows, columns};
  matrix.added.push_back({{1, 0, Type::f32, rank, columns}, {2, 0, Type::f32, rows, rank}, 0.37, {}});
  if (lengths) matrix.added[0].lengths = {3, 0, Type::f32, 1, rows};
  source.file.matrices = {matrix};
  const uint64_t shape[] = {columns, rows};
  architecture::View straight(0, shape), turned(0, shape);
  turned.swap(0, 1);
  source.file.add({Type::f32, {straight.part()}});
  Source transposed = source;
  transposed.file = {};
  transposed.file.matrices = {matrix};
  transposed.file.add({Type::f32, {turned.part()}});
  std::vector<double> changed(w.size());
  std::vector<float> expected = w;
  for (uint64_t i = 0; i < expected.size(); ++i) {
    double sum = 0;
    for (uint64_t k = 0; k < rank; ++k) {
      sum += static_cast<double>(b[i / columns * rank + k]) * static_cast<double>(a[k * columns + i % columns]);
    }
    changed[i] = static_cast<double>(w[i]) + 0.37 * sum;
  }
  for (uint64_t i = 0; i < expected.size(); ++i) {
    double squares = 0;
    for (uint64_t c = i / columns * columns; c < (i / columns + 1) * columns; ++c) squares += changed[c] * changed[c];
    const double stretch = lengths ? static_cast<double>(m[i / columns]) / std::sqrt(squares) : 1;
    expected[i] = static_cast<float>(stretch * changed[i]);
  }
  EXPECT_EQ(source.floats(0, expected.size()), expected);
  const std::vector<float> columns_first = transposed.floats(0, expected.size());
  for (uint64_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(columns_first[i], expected[i % rows * columns + i / rows]) << i;
  }
  for (int trial = 0; trial < 40; ++trial) {
    const uint64_t first = random() % expected.size(), count = 1 + random() % (expected.size() - first);
    const auto begin = expected.begin() + static_cast<std::ptrdiff_t>(first);
    ASSERT_EQ(source.floats(first, count), std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(count)));
  }
}

TEST(Adapter, AnyStretchInAnyOrderIsTheSame) { any_stretch_in_any_order_is_the_same(false); }
TEST(Adapter, AnyStretchOfRowsWithLengthsIsTheSame) { any_stretch_in_any_order_is_the_same(true); }

TEST(Adapter, RowsOfZerosStayZeros) {
  Source source;
  const std::vector<float> w(8), a(8), b(1), m = {3};
  for (const auto* list : {&w, &a, &b, &m}) {
    source.files.emplace_back();
    append(source.files.back(), list->data(), list->size() * 4);
  }
  DerivedMatrix matrix;
  matrix.rows = 1;
  matrix.columns = 8;
  matrix.data = {0, 0, Type::f32, 1, 8};
  matrix.added.push_back({{1, 0, Type::f32, 1, 8}, {2, 0, Type::f32, 1, 1}, 1, {3, 0, Type::f32, 1, 1}});
  source.file.matrices = {matrix};
  const uint64_t shape[] = {8, 1};
  source.file.add({Type::f32, {architecture::View(0, shape).part()}});
  EXPECT_EQ(source.floats(0, 8), w);
}

class AdapterRefusals : public testing::Test {
 protected:
  AdapterRefusals() { merging.add(adapter, "q_proj", 4, 1); }
  std::string refusal(const Files& files) {
    return sentence_of([&] { opened(files); });
  }
  std::string refusal() { return refusal(merging.with({adapter.files(1, "1")})); }

  Merging merging{"qwen3"};
  Peft adapter;
};

TEST_F(AdapterRefusals, OfAnotherModel) {
  adapter.add("model.layers.9.self_attn.q_proj", 64, 64, 4, 1);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("\"model.layers.9.self_attn.q_proj\", which this model does not have"),
                               HasSubstr("another model (somebody/Small)")));
  adapter.file.tensors.clear();
  adapter.add("model.layers.0.self_attn.q_proj", 24, 40, 4, 1);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("are 24 x 4 and 4 x 40, and the layer's weights"),
                               HasSubstr("another model (somebody/Small)")));
  adapter.file.tensors.clear();
  adapter.add("model.norm", 1, 64, 4, 1);
  EXPECT_THAT(refusal(), HasSubstr("trained for another model"));
}

TEST_F(AdapterRefusals, ThatIsNotWhole) {
  const Files whole = adapter.files(1, "1");
  EXPECT_THAT(refusal(merging.with({{whole[0]}})), HasSubstr("has no adapter_model.safetensors. Choose the folder"));
  EXPECT_THAT(refusal(merging.with({{whole[1]}})), HasSubstr("has no adapter_config.json. Choose the folder"));
  const std::string up = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight";
  adapter.file.tensors.erase(up);
  EXPECT_THAT(refusal(), HasSubstr("\"model.layers.0.self_attn.q_proj\" and lacks the other (lora_B)"));
}

TEST_F(AdapterRefusals, OfOtherKinds) {
  const OrderedJson usual = adapter.settings;
  const std::pair<const char*, OrderedJson> settings[] = {{"peft_type", "IA3"},
                                                          {"fan_in_fan_out", true},
                                                          {"bias", "lora_only"},
                                                          {"rank_pattern", {{"q_proj", 8}}},
                                                          {"alpha_pattern", {{"q_proj", 8}}}};
  for (const auto& [member, value] : settings) {
    adapter.settings = usual;
    adapter.settings[member] = value;
    EXPECT_THAT(refusal(), HasSubstr("is not merged here. Merge it with merge_and_unload() of PEFT")) << member;
  }
  adapter.settings = usual;
  adapter.settings["rank_pattern"] = OrderedJson::object();
  EXPECT_EQ(refusal(), "");
  adapter.settings["r"] = 8;
  EXPECT_THAT(refusal(), HasSubstr("a rank (\"r\") of 8, and the matrices of the layer"));
  adapter.settings = usual;
  adapter.settings.erase("lora_alpha");
  EXPECT_THAT(refusal(), HasSubstr("does not say \"lora_alpha\""));
  adapter.settings = usual;
  adapter.file.tensors["base_model.model.lm_head.weight"] = raw_numbers<float>("F32", {2}, {1, 2});
  EXPECT_THAT(refusal(), HasSubstr("holds \"base_model.model.lm_head.weight\", no matrix of LoRA"));
}

TEST_F(AdapterRefusals, LengthsThatDoNotFit) {
  for (const std::string& module : merging.modules("q_proj")) {
    adapter.add_lengths(module, merging.file.tensors.at(module + ".weight").shape[0], 8);
  }
  EXPECT_EQ(refusal(), "");
  EXPECT_THAT(refusal(merging.with({adapter.files(1, "0.5")})), HasSubstr("has one strength only. Leave =0.5 out."));
  const std::string name = "base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector";
  const RawTensor lengths = adapter.file.tensors.at(name);
  adapter.file.tensors.erase(name);
  EXPECT_THAT(refusal(), HasSubstr("and has none for the layer \"model.layers.0.self_attn.q_proj\""));
  adapter.file.tensors[name] = raw_numbers<float>("F32", {3}, {1, 2, 3});
  EXPECT_THAT(refusal(), HasSubstr("has 3 lengths for the layer"));
  adapter.file.tensors[name] = lengths;
  adapter.settings["use_dora"] = false;
  EXPECT_THAT(refusal(), HasSubstr("no matrix of LoRA"));
}

TEST_F(AdapterRefusals, WhereWeightsAreNoFolderOfAKnownFamily) {
  Files files = merging.with({adapter.files(1, "1")});
  const std::string text = R"({"architectures":["LlamaV9ForCausalLM"]})";
  files[1].second.assign(text.begin(), text.end());
  EXPECT_THAT(refusal(files), HasSubstr("a family that is known. The architecture \"LlamaV9ForCausalLM\""));
  const Model model = opened(merging.with({adapter.files(1, "1")}));
  EXPECT_THAT(sentence_of([&] { plan_output(model, parse_plan_options(R"({"type":"nf4"})"), nullptr); }),
              HasSubstr("an adapter cannot be merged on the way"));
}

TEST_F(AdapterRefusals, NamesThatAreNoAdapters) {
  for (const char* name : {"--lora/1/1/adapter_config.json", "--lora/12/-0.5/adapter_model.safetensors"}) {
    EXPECT_TRUE(is_of_adapter(name)) << name;
  }
  for (const char* name : {"adapter_config.json", "--lora/adapter_config.json", "--lora/1/x/adapter_config.json",
                           "--lora/1/inf/adapter_config.json", "--lora//1/adapter_config.json"}) {
    EXPECT_FALSE(is_of_adapter(name)) << name;
  }
}

}  // namespace
}  // namespace nibble

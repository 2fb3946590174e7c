#include "output/packing_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "container/safetensors_writer.h"
#include "error.h"
#include "gguf_builder.h"
#include "kernel_inputs.h"
#include "numeric/half.h"
#include "reference/packed_readers.h"
#include "sentence_of.h"
#include "texts_of.h"

namespace nibble {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using Bytes = std::vector<uint8_t>;

/// A model of one safetensors file and, if there is text for it, a config.json.
struct TestModel {
  std::vector<std::pair<std::string, std::vector<uint64_t>>> shapes;  // outermost first
  std::map<std::string, std::vector<float>> values;                   // as F16 stores them
  Bytes file;
  Model model;

  TestModel(std::vector<std::pair<std::string, std::vector<uint64_t>>> with, const std::string& config)
      : shapes(std::move(with)) {
    testing::Random random(7);
    std::vector<SafetensorsTensor> tensors;
    Bytes data;
    for (const auto& [name, shape] : shapes) {
      uint64_t count = 1;
      for (const uint64_t size : shape) count *= size;
      std::vector<float>& list = values[name];
      const uint64_t begin = data.size();
      for (uint64_t i = 0; i < count; ++i) {
        const uint16_t half = f16_from_f32(0.05f * random.gauss());
        list.push_back(f32_from_f16(half));
        data.push_back(static_cast<uint8_t>(half));
        data.push_back(static_cast<uint8_t>(half >> 8));
      }
      tensors.push_back({name, "F16", shape, begin, data.size()});
    }
    file = write_safetensors_header(tensors, {});
    file.insert(file.end(), data.begin(), data.end());
    offer(0, "model.safetensors", file);
    if (!config.empty()) offer(1, "config.json", {config.begin(), config.end()});
    model.complete();
  }

  void offer(size_t number, const char* name, const Bytes& bytes) {
    ByteRange wanted{0, bytes.size()};
    for (int i = 0; i < 10 && wanted.bytes > 0; ++i) {
      wanted =
          model.offer(number, name, bytes.size(), wanted.offset, std::span(bytes).subspan(wanted.offset, wanted.bytes));
    }
    EXPECT_EQ(wanted.bytes, 0u);
  }
};

std::vector<std::pair<std::string, std::vector<uint64_t>>> small_layers() {
  return {{"model.embed_tokens.weight", {40, 64}},
          {"model.layers.0.norm.weight", {63}},
          {"model.layers.0.self_attn.q_proj.weight", {96, 64}},
          {"model.layers.0.self_attn.q_proj.bias", {96}},
          {"model.layers.0.mlp.up_proj.weight", {224, 128}},
          {"model.layers.0.mlp.odd.weight", {9, 33}},
          {"conv.weight", {4, 4, 3}},
          {"lm_head.weight", {40, 64}}};
}

PlanOptions options_for(const std::string& type, uint64_t job_bytes = 1024) {
  return parse_plan_options(R"({"type": ")" + type + R"(", "jobBytes": )" + std::to_string(job_bytes) + "}");
}

struct Outcome {
  Bytes file;
  std::map<std::string, ConversionStatistics> statistics;  // by planned tensor
};

/// Runs a plan as a worker does, and checks that the jobs cover the output in order.
Outcome run(const PackedPlan& packed, const Bytes& source) {
  Outcome outcome;
  outcome.file = packed.plan.files[0].header;
  EXPECT_EQ(outcome.file.size(), packed.plan.files[0].header_bytes);
  for (size_t j = 0; j < packed.plan.jobs.size(); ++j) {
    const Job& job = packed.plan.jobs[j];
    const PackedPlanTensor& tensor = packed.tensors[job.tensor];
    EXPECT_EQ(job.output_offset, outcome.file.size());
    Bytes out(job.output_bytes, 0xAA);
    const uint8_t* input = source.data() + job.input_offset;
    EXPECT_LE(job.input_offset + job.input_bytes, source.size());
    if (!tensor.packing) {
      EXPECT_EQ(job.input_bytes, job.output_bytes);
      out.assign(input, input + job.input_bytes);
    } else {
      MatrixPacker packer(*tensor.packing, tensor.part, {"f16", tensor.dtype, tensor.shape[1], tensor.shape[0]},
                          packed.plan.method);
      packer.begin(out.data(), packed.runs[j].first, packed.runs[j].count);
      for (int pass = 0; pass < packer.passes(); ++pass) {
        for (uint64_t at = 0; at < job.input_bytes; at += tensor.piece_bytes) {
          packer.take(input + at, std::min(tensor.piece_bytes, job.input_bytes - at) / packer.number_bytes());
        }
      }
      packer.finish();
      if (tensor.measured) outcome.statistics[tensor.name].merge(packer.statistics());
    }
    outcome.file.insert(outcome.file.end(), out.begin(), out.end());
  }
  EXPECT_EQ(outcome.file.size(), packed.plan.files[0].bytes);
  return outcome;
}

std::vector<float> decode(const Packing& packing, const reference::RawFile& file, const std::string& module) {
  if (packing.family == PackingFamily::int8) return reference::decode_int8(file, module);
  const auto config = nlohmann::json::parse(file.metadata.at("quantization_config"));
  const bool v2 = config.contains("checkpoint_format") && config["checkpoint_format"] == "gptq_v2";
  if (packing.family == PackingFamily::gptq) return reference::decode_gptq(file, module, v2);
  return reference::decode_four_bit(file, module);
}

class EveryPackingPlan : public ::testing::TestWithParam<size_t> {};

TEST_P(EveryPackingPlan, FileDecodesToWhatTheStatisticsClaim) {
  const Packing& packing = all_packings()[GetParam()];
  TestModel source(small_layers(), R"({"model_type": "llama", "vocab_size": 40})");
  const PackedPlan packed = make_packed_plan(source.model, options_for(std::string(packing.name())));
  const Outcome outcome = run(packed, source.file);
  EXPECT_EQ(run(make_packed_plan(source.model, options_for(std::string(packing.name()), 1 << 20)), source.file).file,
            outcome.file)
      << "depends on the length of jobs";
  const reference::RawFile file = reference::read_safetensors(outcome.file);
  EXPECT_EQ(file.metadata.at("format"), "pt");
  uint64_t weights = 0, expected_weights = 0;
  for (const Job& job : packed.plan.jobs) weights += job.weight_count;
  size_t matrices = 0;
  for (const auto& [name, values] : source.values) {
    expected_weights += values.size();
    const std::string module = name.substr(0, name.rfind('.'));
    const bool gptq = packing.family == PackingFamily::gptq;
    const bool done = name.find(".bias") != std::string::npos ? false
                      : gptq ? file.tensors.count(module + ".qweight") > 0
                             : file.tensors.count(module + ".SCB") + file.tensors.count(name + ".absmax") > 0;
    if (!done) {
      ASSERT_TRUE(file.tensors.count(name)) << name;
      EXPECT_EQ(file.tensors.at(name).dtype, "F16");
      EXPECT_EQ(file.tensors.at(name).bytes.size(), values.size() * 2);
      continue;
    }
    ++matrices;
    const std::vector<float> decoded = decode(packing, file, module);
    ASSERT_EQ(decoded.size(), values.size());
    double sum = 0, largest = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      const double off = values[i] - decoded[i];
      sum += off * off;
      largest = std::max(largest, std::fabs(off));
    }
    const std::string measured = gptq ? module + ".qweight" : packing.nested ? name + ".absmax" : name;
    ASSERT_TRUE(outcome.statistics.count(measured)) << measured;
    const ErrorStatistics& claimed = outcome.statistics.at(measured).errors;
    EXPECT_EQ(claimed.count(), values.size());
    EXPECT_EQ(claimed.max_error(), largest);
    EXPECT_NEAR(claimed.rmse(), std::sqrt(sum / static_cast<double>(values.size())), 1e-12);
    EXPECT_GT(claimed.sqnr_db(), 15) << name;
  }
  EXPECT_EQ(weights, expected_weights);
  // 64 columns fit no group of 128; 33 fit none.
  EXPECT_EQ(matrices, packing.family != PackingFamily::gptq ? 3u : packing.group == 128 ? 1u : 2u);
}

std::string plan_test_name(const ::testing::TestParamInfo<size_t>& parameter) {
  std::string name(all_packings()[parameter.param].name());
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(All, EveryPackingPlan, ::testing::Range(size_t{0}, all_packings().size()), plan_test_name);

TEST(PackingPlan, ConfigurationSaysWhatLoadersLookFor) {
  TestModel source(small_layers(), R"({"model_type": "llama"})");
  const PackedPlan nf4 = make_packed_plan(source.model, options_for("nf4-nested"));
  ASSERT_EQ(nf4.plan.files.size(), 2u);
  EXPECT_EQ(nf4.plan.files[1].suffix, "config.json");
  const auto config = nlohmann::json::parse(nf4.plan.files[1].header);
  EXPECT_EQ(config["model_type"], "llama");
  EXPECT_EQ(config["quantization_config"]["quant_method"], "bitsandbytes");
  EXPECT_EQ(config["quantization_config"]["bnb_4bit_quant_type"], "nf4");
  EXPECT_EQ(config["quantization_config"]["bnb_4bit_use_double_quant"], true);
  const PackedPlan gptq = make_packed_plan(source.model, options_for("gptq-4bit-64g-asym"));
  ASSERT_EQ(gptq.plan.files.size(), 3u);
  const auto quantize = nlohmann::json::parse(gptq.plan.files[1].header);
  EXPECT_EQ(quantize["bits"], 4);
  EXPECT_EQ(quantize["group_size"], 64);
  EXPECT_EQ(quantize["sym"], false);
  EXPECT_EQ(quantize["desc_act"], false);
  EXPECT_EQ(quantize["checkpoint_format"], "gptq_v2");  // loaders refuse asymmetric files of the older format
  const PackedPlan symmetric = make_packed_plan(source.model, options_for("gptq-4bit-64g"));
  EXPECT_EQ(nlohmann::json::parse(symmetric.plan.files[1].header)["checkpoint_format"], "gptq");
  for (const auto& one : {config["quantization_config"], quantize}) {
    EXPECT_EQ(one["meta"]["quantizer"][0], std::string("nibble:") + NIBBLE_VERSION);
  }
}

std::vector<std::pair<std::string, std::vector<uint64_t>>> layers_with_experts() {
  return {{"model.embed_tokens.weight", {40, 192}},
          {"model.layers.0.self_attn.q_proj.weight", {64, 192}},
          {"model.layers.0.mlp.gate.weight", {4, 128}},
          {"model.layers.0.mlp.experts.0.gate_proj.weight", {128, 128}},
          {"model.layers.0.mlp.experts.0.down_proj.weight", {40, 128}},
          {"model.norm.weight", {192}}};
}

nlohmann::json config_of(const PackedPlan& packed) {
  for (const OutputFile& file : packed.plan.files) {
    if (file.suffix == "config.json") return nlohmann::json::parse(file.header)["quantization_config"];
  }
  return nullptr;
}

using Names = std::vector<std::string>;

TEST(PackingPlan, WhatIsLeftOutIsNamedWhereLoadersLook) {
  TestModel source(layers_with_experts(), R"({"model_type": "qwen3_moe"})");
  const PackedPlan gptq = make_packed_plan(source.model, options_for("gptq-4bit-128g"));
  const nlohmann::json config = config_of(gptq);
  EXPECT_EQ(config["modules_in_block_to_quantize"],
            nlohmann::json::array({Names{"model.layers.0.mlp.experts.0.gate_proj"}}));
  Names left;
  for (const auto& [pattern, overrides] : config["dynamic"].items()) {
    EXPECT_EQ(overrides, nlohmann::json::object());
    left.push_back(pattern);
  }
  EXPECT_EQ(left, (Names{"-:^model\\.layers\\.0\\.mlp\\.experts\\.0\\.down_proj$",
                         "-:^model\\.layers\\.0\\.mlp\\.gate$", "-:^model\\.layers\\.0\\.self_attn\\.q_proj$"}));
  EXPECT_THAT(texts_of(gptq.plan.notes), Contains(HasSubstr("3 layers cannot be stored as gptq-4bit-128g")));
  // What is left out by everyone's convention needs no list, and a list would replace the convention.
  TestModel usual(small_layers(), R"({"model_type": "llama"})");
  EXPECT_TRUE(config_of(make_packed_plan(usual.model, options_for("nf4")))["llm_int8_skip_modules"].is_null());
  EXPECT_EQ(config_of(make_packed_plan(source.model, options_for("nf4")))["llm_int8_skip_modules"],
            nlohmann::json(Names{"model.layers.0.mlp.gate", "lm_head"}));
}

TEST(PackingPlan, TinyWeightsMatterOnlyWhereScalesAreHalfFloats) {
  TestModel source({{"a.weight", {64, 128}}, {"b.weight", {64, 128}}}, "");
  const auto fate = [&](const std::string& type) {
    PlanOptions options = options_for(type);
    options.recipe.tiny = {"a.weight"};
    std::map<std::string, std::string> reasons;
    for (const PackedPlanTensor& tensor : make_packed_plan(source.model, options).tensors) {
      reasons[tensor.name] = tensor.packing ? "packed" : tensor.reason;
    }
    return reasons;
  };
  for (const char* type : {"nf4", "nf4-nested", "fp4", "int8"}) {
    for (const auto& [name, what] : fate(type)) EXPECT_EQ(what, "packed") << type << ", " << name;
  }
  EXPECT_THAT(fate("gptq-4bit-128g")["a.weight"], HasSubstr("By a sample its weights are so small"));
  EXPECT_EQ(fate("gptq-4bit-128g")["b.qweight"], "packed");
}

TEST(PackingPlan, MatricesOfAFileAloneAreMatricesWhateverTheirName) {
  const std::vector<std::pair<std::string, std::vector<uint64_t>>> shapes = {
      {"lstm.weight_ih", {64, 128}}, {"lstm.kernel", {128, 64}}, {"lstm.bias", {2, 64}}, {"conv.weight", {4, 4, 3}}};
  const auto packed_names = [&](const std::string& config) {
    TestModel source(shapes, config);
    Names names;
    for (const PackedPlanTensor& tensor : make_packed_plan(source.model, options_for("nf4")).tensors) {
      if (tensor.packing && tensor.part == PackedPart::codes) names.push_back(tensor.name);
    }
    return names;
  };
  EXPECT_THAT(packed_names(""), UnorderedElementsAre("lstm.weight_ih", "lstm.kernel"));
  // Loaders that go by a configuration know layers by ".weight" alone.
  EXPECT_THAT(sentence_of([&] { packed_names(R"({"model_type": "llama"})"); }), HasSubstr("which loaders go by"));
}

TEST(PackingPlan, QuantizedModelsAreRefusedByTheirCause) {
  const std::vector<std::pair<std::string, std::vector<uint64_t>>> plain = {
      {"model.layers.0.q_proj.weight", {64, 128}}};
  TestModel by_config(plain, R"({"model_type": "llama", "quantization_config": {"quant_method": "gptq"}})");
  EXPECT_THAT(sentence_of([&] { make_packed_plan(by_config.model, options_for("nf4")); }),
              HasSubstr("quantized already (GPTQ): config.json says so. nf4 is made from"));
  TestModel by_name({{"model.layers.0.q_proj.qweight", {64, 128}}}, "");
  EXPECT_THAT(sentence_of([&] { make_packed_plan(by_name.model, options_for("gptq-4bit-32g")); }),
              HasSubstr("quantized already (GPTQ or AWQ): it holds \"model.layers.0.q_proj.qweight\""));
  TestModel transposed(plain, R"({"model_type": "gpt2"})");
  EXPECT_THAT(sentence_of([&] { make_packed_plan(transposed.model, options_for("nf4")); }),
              HasSubstr("store their matrices transposed"));
}

TEST(PackingPlan, TokenizerFilesAreRepeatedBesideTheOutput) {
  TestModel source(small_layers(), "");
  Model& model = source.model;
  const std::string text = R"({"model_type": "llama"})";
  Model whole;
  whole.offer(0, "model.safetensors", source.file.size(), 0, source.file);
  whole.offer(1, "config.json", text.size(), 0, std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
  whole.offer(2, "generation_config.json", 2, 0, std::span(reinterpret_cast<const uint8_t*>("{}"), 2));
  whole.complete();
  const PackedPlan packed = make_packed_plan(whole, options_for("nf4"));
  ASSERT_EQ(packed.plan.files.size(), 3u);
  EXPECT_EQ(packed.plan.files[2].suffix, "generation_config.json");
  EXPECT_EQ(packed.plan.files[2].copy_of, 2u);
  EXPECT_EQ(packed.plan.files[2].bytes, 2u);
  EXPECT_EQ(make_packed_plan(model, options_for("nf4")).plan.files.size(), 1u);
}

TEST(PackingPlan, WhatCannotBeDoneIsSaid) {
  TestModel source({{"model.layers.0.q_proj.weight", {9, 33}}}, "");
  EXPECT_THROW(make_packed_plan(source.model, options_for("gptq-4bit-128g")), Error);
  EXPECT_THAT(sentence_of([] { options_for("EXL2"); }), HasSubstr("runs texts through the model"));
  PlanOptions pure = options_for("nf4");
  pure.recipe.pure = true;
  EXPECT_THROW(make_packed_plan(source.model, pure), Error);
  GgufBuilder gguf;
  gguf.tensor("a.weight", {32, 2}, 1, 128);
  const Bytes bytes = gguf.build();
  Model other;
  other.offer(0, "a.gguf", bytes.size(), 0, bytes);
  other.complete();
  EXPECT_THAT(sentence_of([&] { make_packed_plan(other, options_for("nf4")); }),
              HasSubstr("\"a.gguf\" is a GGUF file"));
}

TEST(PackingPlan, JsonNamesEveryStretch) {
  TestModel source(small_layers(), "");
  const auto json =
      nlohmann::json::parse(packed_plan_json(make_packed_plan(source.model, options_for("nf4")), source.model));
  EXPECT_EQ(json["container"], "safetensors");
  EXPECT_EQ(json["method"], "max7");
  bool found = false;
  for (const auto& tensor : json["tensors"]) {
    if (tensor["name"] != "model.layers.0.mlp.up_proj.weight.absmax") continue;
    found = true;
    EXPECT_EQ(tensor["packing"]["part"], "scales");
    EXPECT_EQ(tensor["weights"], 0);
    EXPECT_EQ(tensor["layer"], 0);
    EXPECT_EQ(tensor["role"], "up");
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace nibble

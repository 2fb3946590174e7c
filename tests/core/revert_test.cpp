#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "architecture/family.h"
#include "architecture/source_names.h"
#include "container/companion.h"
#include "conversion_cases.h"
#include "converted.h"
#include "family_folder.h"
#include "output/folder_plan.h"
#include "sentence_of.h"

/// GGUF files made of folders become those folders again: the same tensors with the same bytes, and a config.json that
/// makes the same GGUF file.
namespace nibble {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// The cases that have no way back, and what is said of them.
const std::map<std::string, const char*> not_led_back = {
    {"mistral3-vl", "half a folder"},  {"qwen2_5_vl", "half a folder"}, {"qwen3_vl", "half a folder"},
    {"qwen3_vl_moe", "half a folder"}, {"glm4v", "half a folder"},      {"nomic_bert_moe", "biases are left out"}};

/// Of these, what is led back is as good a model under the names of another class; of T5, whose folders here have three
/// embeddings that differ, the one that counts is led back under the name that they share.
/// Of Falcon-H1 the weights come back multiplied, and the multipliers as 1.
const std::set<std::string> other_class = {"granite4-micro", "xlm_roberta",    "t5",
                                           "t5_encoder",     "falcon_h1-norm", "falcon_h1"};

/// Matrices of F32, which become F16 when the conversion script is left to itself.
bool is_f32(const ConversionCase& one) {
  return std::set<std::string>{"gpt2",       "bert",       "xlm_roberta",    "t5",
                               "t5_encoder", "nomic_bert", "nomic_bert_moe", "embeddinggemma"}
             .count(one.name()) > 0;
}

struct Folder {
  Output output;
  Notes notes;
};

/// The folder that a GGUF file came from, as the command line makes it.
Folder exported(const Files& gguf, const std::string& options) {
  Model model = opened(gguf);
  NamedValues values;
  for (const uint32_t i : model.needed_to_revert()) {
    const ModelTensor& tensor = model.tensors()[i];
    std::vector<float>& list = values[tensor.name];
    list.resize(tensor.weight_count);
    std::memcpy(list.data(), gguf[tensor.slices[0].file].second.data() + tensor.slices[0].offset, tensor.bytes);
  }
  model.revert(values);
  const Plan plan = make_folder_plan(model, parse_plan_options(options));
  return {written(model, plan, gguf), plan.notes};
}

Files one_file(Output&& output) { return {{"model.gguf", std::move(output.files[0].second)}}; }

std::vector<float> as_floats(const std::vector<uint8_t>& bytes, const std::string& dtype) {
  std::vector<float> values;
  const auto size = static_cast<size_t>(dtype == "F32" ? 4 : 2);
  for (size_t i = 0; i < bytes.size(); i += size) {
    uint32_t bits = 0;
    std::memcpy(&bits, bytes.data() + i, size);
    float value;
    if (dtype == "F16") {
      const int exponent = bits >> 10 & 31;
      const double mantissa = exponent ? 1 + (bits & 1023) / 1024.0 : (bits & 1023) / 512.0;
      value = static_cast<float>((bits & 0x8000 ? -1 : 1) * std::ldexp(mantissa, exponent - 15));
    } else {
      if (dtype == "BF16") bits <<= 16;
      std::memcpy(&value, &bits, sizeof value);
    }
    values.push_back(value);
  }
  return values;
}

/// Every tensor of a safetensors file whose type is a float: its values, and its dtype and shape.
struct Original {
  std::string dtype;
  std::vector<uint64_t> shape;
  std::vector<uint8_t> bytes;
};

std::map<std::string, Original> originals(const Files& files) {
  std::map<std::string, Original> list;
  const Model model = opened(files);
  for (size_t i = 0; i < files.size(); ++i) {
    for (const StoredTensor& tensor : model.files()[i].contents->tensors) {
      const auto start = files[i].second.begin() + static_cast<std::ptrdiff_t>(tensor.offset);
      list[architecture::plain_name(tensor.name)] = {
          tensor.dtype, tensor.shape, {start, start + static_cast<std::ptrdiff_t>(tensor.bytes)}};
    }
  }
  return list;
}

bool is_quantized(const ConversionCase& one) { return one.config().contains("quantization_config"); }

/// Names of a network saved without its output layer lack the start.
const Original* original_of(const std::map<std::string, Original>& list, std::string name) {
  auto found = list.find(name);
  if (found == list.end() && name.starts_with("model.")) found = list.find(name.substr(6));
  if (found == list.end() && name.starts_with("h.")) found = list.find("transformer." + name);
  return found == list.end() ? nullptr : &found->second;
}

/// Powers of e and their logarithms, each rounded once.
void expect_near(const std::vector<float>& made, const std::vector<float>& original, const std::string& name) {
  constexpr float rounding = 2e-7f;
  ASSERT_EQ(made.size(), original.size());
  for (size_t i = 0; i < made.size(); ++i) {
    EXPECT_NEAR(made[i], original[i], rounding * std::max(1.0f, std::fabs(original[i]))) << name << ' ' << i;
  }
}

/// The first two rows stand for padding, and are no part of a GGUF file.
void expect_used_positions(const std::vector<float>& made, const std::vector<float>& original, uint64_t width) {
  ASSERT_EQ(made.size(), original.size());
  for (size_t i = 0; i < made.size(); ++i) ASSERT_EQ(made[i], i < 2 * width ? 0 : original[i]) << i;
}

/// A table with fewer rows than the vocabulary comes back with rows of zeros behind its own.
void expect_filled_up(const Original& made, const Original& original) {
  const std::vector<float> values = as_floats(made.bytes, made.dtype);
  const std::vector<float> stored = as_floats(original.bytes, original.dtype);
  ASSERT_LE(stored.size(), values.size());
  EXPECT_TRUE(std::equal(stored.begin(), stored.end(), values.begin()));
  EXPECT_TRUE(std::all_of(values.begin() + static_cast<std::ptrdiff_t>(stored.size()), values.end(),
                          [](float value) { return value == 0; }));
}

void expect_originals(const ConversionCase& one, const Files& source, const Files& folder) {
  const std::map<std::string, Original> before = originals(source), after = originals(folder);
  EXPECT_FALSE(after.empty());
  for (const auto& [name, tensor] : after) {
    const Original* original = original_of(before, name);
    if (!original) {
      ADD_FAILURE() << name << " was not there";
      continue;
    }
    if (name.ends_with("embed_tokens_per_layer.weight")) {
      expect_filled_up(tensor, *original);
      continue;
    }
    EXPECT_EQ(tensor.shape, original->shape) << name;
    // 1 added and taken away again rounds floats of 32 bits.
    if (name.ends_with("A_log") || (one.name() == "embeddinggemma" && name.ends_with("norm.weight"))) {
      expect_near(as_floats(tensor.bytes, tensor.dtype), as_floats(original->bytes, original->dtype), name);
    } else if (tensor.dtype == original->dtype) {
      EXPECT_TRUE(tensor.bytes == original->bytes) << one.name() << ": " << name;
    } else {
      EXPECT_TRUE(as_floats(tensor.bytes, tensor.dtype) == as_floats(original->bytes, original->dtype)) << name;
    }
  }
}

/// `folder` becomes the GGUF file again that it was made from.
void expect_circle(const Output& first, const Files& folder, const char* type) {
  const Output again = convert(folder, type);
  ASSERT_EQ(again.tensors.size(), first.tensors.size());
  for (const auto& [name, bytes] : first.tensors) {
    ASSERT_TRUE(again.tensors.count(name)) << name;
    if (name.ends_with("ssm_a")) {
      expect_near(as_floats(again.tensors.at(name), "F32"), as_floats(bytes, "F32"), name);
    } else {
      EXPECT_TRUE(again.tensors.at(name) == bytes) << name;
    }
  }
  for (const KeyValue& value : again.header.values) {
    if (value.key == "general.name" || value.key.starts_with("tokenizer.")) continue;
    const KeyValue* before = first.header.find(value.key);
    ASSERT_TRUE(before) << value.key;
    const auto bytes = again.header.value_bytes(value), others = first.header.value_bytes(*before);
    const bool same = std::equal(bytes.begin(), bytes.end(), others.begin(), others.end());
    EXPECT_TRUE(same || again.header.numbers(value.key).size() == 1) << value.key;
  }
}

class Revert : public ::testing::TestWithParam<size_t> {};

TEST_P(Revert, GoesRound) {
  const ConversionCase& one = ConversionCase::all()[GetParam()];
  Files source = one.files();
  // As a folder's files are chosen.
  std::erase_if(source,
                [](const auto& file) { return file.first != "model.safetensors" && !is_companion(file.first); });
  // Types differ from tensor to tensor in some folders; all fit F32.
  for (const char* type : {"F32", "AUTO"}) {
    SCOPED_TRACE(one.name() + ", " + type);
    if (is_f32(one) && type == std::string("AUTO")) continue;
    Output gguf = convert(source, type);
    const Output first = gguf;
    const Files file = one_file(std::move(gguf));
    if (const auto reason = not_led_back.find(one.name()); reason != not_led_back.end()) {
      EXPECT_THAT(sentence_of([&] { exported(file, "{\"type\":\"F32\"}"); }), HasSubstr(reason->second));
      continue;
    }
    // Blocks of MXFP4 do not lie as the folder's floats do.
    if (one.name() == "gpt_oss-mxfp4") {
      EXPECT_THAT(sentence_of([&] { exported(file, "{\"type\":\"F32\"}"); }),
                  AllOf(HasSubstr("gate_up_proj"), HasSubstr("F32, F16 or BF16 first")));
      continue;
    }
    const Files whole = exported(file, "{\"type\":\"F32\"}").output.files;
    const Files usual = exported(file, "{\"type\":\"AUTO\"}").output.files;
    if (!is_quantized(one) && !other_class.count(one.name())) {
      expect_originals(one, source, whole);
      expect_originals(one, source, usual);
    }
    expect_circle(first, usual, type);
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Revert, ::testing::Range(size_t{0}, size_t{73}), [](const auto& parameter) {
  std::string name = ConversionCase::all()[parameter.param].name();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

/// Those of the other list of small folders, whose weights are F16.
TEST(RevertFamilies, GoRound) {
  for (const char* name : {"llama3", "llama2", "mistral", "mixtral", "qwen2", "qwen2moe", "qwen3", "qwen3moe", "gemma2",
                           "gemma3", "phi3", "starcoder2"}) {
    SCOPED_TRACE(name);
    const Files source = family_files(family_case(name));
    Output gguf = convert(source, "AUTO");
    const Output first = gguf;
    const Files folder = exported(one_file(std::move(gguf)), R"({"type":"AUTO"})").output.files;
    const std::map<std::string, Original> before = originals(source), after = originals(folder);
    for (const auto& [tensor, original] : after) {
      ASSERT_TRUE(before.count(tensor)) << tensor;
      EXPECT_EQ(original.shape, before.at(tensor).shape) << tensor;
      EXPECT_EQ(original.bytes, before.at(tensor).bytes) << tensor;
    }
    expect_circle(first, folder, "AUTO");
  }
}

Files gguf_of(const std::string& name, const char* type) {
  return one_file(convert(ConversionCase::named(name).files(), type));
}

/// By its tokenizer, which the small folders do not have.
TEST(RevertFamilies, XlmRobertaCountsPositionsFromBehindThePadding) {
  Files source = ConversionCase::named("xlm_roberta").files();
  const std::string tokenizer = R"({"model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["▁a", -1]]}})";
  source.emplace_back("tokenizer.json", std::vector<uint8_t>(tokenizer.begin(), tokenizer.end()));
  Output gguf = convert(source, "F32");
  const Output first = gguf;
  const Files folder = exported(one_file(std::move(gguf)), R"({"type":"F32"})").output.files;
  const std::map<std::string, Original> before = originals(source), after = originals(folder);
  const Original& made = after.at("embeddings.position_embeddings.weight");
  const Original* original = original_of(before, "embeddings.position_embeddings.weight");
  ASSERT_TRUE(original);
  EXPECT_EQ(made.shape, original->shape);
  expect_used_positions(as_floats(made.bytes, made.dtype), as_floats(original->bytes, original->dtype), made.shape[0]);
  expect_circle(first, folder, "F32");
}

TEST(RevertFolder, IsCutIntoFilesWithAnIndex) {
  const Files folder = exported(gguf_of("qwen3", "AUTO"), R"({"type":"BF16","shardBytes":20000})").output.files;
  ASSERT_GT(folder.size(), 3u);
  std::map<std::string, std::string> where;
  uint64_t total = 0;
  Files weights;
  for (const auto& [name, bytes] : folder) {
    if (!name.ends_with(".safetensors")) continue;
    weights.emplace_back(name, bytes);
  }
  ASSERT_EQ(weights.size(), 13u);
  EXPECT_EQ(weights[0].first, "model-00001-of-00013.safetensors");
  const Model model = opened(folder);
  for (size_t i = 0; i < folder.size(); ++i) {
    uint64_t own = 0;
    for (const StoredTensor& tensor : model.files()[i].contents->tensors) {
      where[tensor.name] = folder[i].first;
      total += tensor.bytes;
      own += tensor.bytes;
    }
    EXPECT_TRUE(own <= 20000 || model.files()[i].contents->tensors.size() == 1);
  }
  const auto index = std::find_if(folder.begin(), folder.end(),
                                  [](const auto& file) { return file.first == "model.safetensors.index.json"; });
  ASSERT_NE(index, folder.end());
  const auto json = nlohmann::json::parse(index->second);
  EXPECT_EQ(json["metadata"]["total_size"], total);
  EXPECT_EQ(json["weight_map"].get<decltype(where)>(), where);
}

TEST(RevertFolder, DecodesQuantizedWeights) {
  // Rows of 64 weights, which are regrouped: blocks move whole, and are decoded then.
  const Files source = ConversionCase::named("llama").files();
  Output quantized = convert(source, "Q8_0");
  const Output copy = quantized;
  const Files folder = exported(one_file(std::move(quantized)), R"({"type":"AUTO"})").output.files;
  const auto before = originals(source), after = originals(folder);
  ASSERT_EQ(after.size(), before.size());
  for (const auto& [name, tensor] : after) {
    EXPECT_EQ(tensor.dtype, "BF16") << name;
    const std::vector<float> values = as_floats(tensor.bytes, "BF16");
    const std::vector<float> originally = as_floats(before.at(name).bytes, "BF16");
    double error = 0, power = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      error += std::pow(static_cast<double>(values[i] - originally[i]), 2);
      power += std::pow(static_cast<double>(originally[i]), 2);
    }
    EXPECT_LT(error, 1e-3 * power) << name;
  }
  // Rows of a tensor whose values are transposed have no whole blocks.
  EXPECT_THAT(sentence_of([&] { exported(gguf_of("gpt2", "Q8_0"), R"({"type":"AUTO"})"); }),
              AllOf(HasSubstr("attn.c_attn.weight"), HasSubstr("q8_0")));
}

TEST(RevertFolder, ConfigSaysWhatTheMetadataSay) {
  const Files folder = exported(gguf_of("llama-silent", "AUTO"), R"({"type":"BF16"})").output.files;
  const auto config = nlohmann::json::parse(folder.back().second);
  EXPECT_EQ(folder.back().first, "config.json");
  const OrderedJson original = ConversionCase::named("llama-silent").config();
  for (const char* member : {"architectures", "model_type", "hidden_size", "intermediate_size", "num_hidden_layers",
                             "num_attention_heads", "num_key_value_heads", "vocab_size", "rms_norm_eps", "rope_theta",
                             "tie_word_embeddings", "torch_dtype", "max_position_embeddings"}) {
    ASSERT_TRUE(config.contains(member)) << member;
    ASSERT_TRUE(original.contains(member)) << member;
    EXPECT_EQ(config[member], nlohmann::json(original[member])) << member;
  }
}

/// Members that no table says, of the families that need most of them.
TEST(RevertFolder, ConfigSaysWhatOnlyTensorsAndListsSay) {
  const auto expect_members = [](const char* name, const char* text, std::vector<const char*> members) {
    const Files folder = exported(gguf_of(name, "F32"), R"({"type":"F32"})").output.files;
    const auto config = nlohmann::json::parse(folder.back().second);
    nlohmann::json original(ConversionCase::named(name).config());
    if (*text) original = original[text];
    for (const char* member : members) {
      ASSERT_TRUE(original.contains(member)) << name << ' ' << member;
      EXPECT_EQ(config.value(member, nlohmann::json()), original[member]) << name << ' ' << member;
    }
  };
  for (const char* name : {"gemma4-moe", "gemma4-31b", "gemma4-e2b"}) {
    expect_members(name, "text_config",
                   {"attention_k_eq_v", "enable_moe_block", "global_head_dim", "head_dim",
                    "hidden_size_per_layer_input", "intermediate_size", "layer_types", "num_key_value_heads",
                    "num_kv_shared_layers", "rope_parameters", "sliding_window", "use_double_wide_mlp"});
  }
  expect_members("gemma4-e2b", "text_config", {"vocab_size_per_layer_input"});
  expect_members("gemma4-moe", "text_config",
                 {"num_global_key_value_heads", "num_experts", "top_k_experts", "moe_intermediate_size"});
  expect_members("gemma3n", "text_config",
                 {"activation_sparsity_pattern", "altup_active_idx", "altup_num_inputs", "head_dim",
                  "hidden_size_per_layer_input", "intermediate_size", "laurel_rank", "layer_types",
                  "num_kv_shared_layers", "rope_local_base_freq", "rope_theta"});
  expect_members("ministral3-vl", "text_config", {"rope_parameters", "head_dim", "max_position_embeddings"});
  expect_members("gpt_oss-bf16", "", {"sliding_window", "rope_theta", "num_local_experts", "num_experts_per_tok"});
  expect_members("falcon_h1-norm", "",
                 {"mamba_d_head", "mamba_d_ssm", "mamba_n_groups", "mamba_n_heads", "mamba_rms_norm", "mamba_conv_bias",
                  "mamba_norm_before_gate"});
  expect_members("rwkv7", "", {"head_dim", "norm_bias", "norm_first", "a_low_rank_dim", "intermediate_size"});
  expect_members("modernbert", "",
                 {"hidden_activation", "global_rope_theta", "local_rope_theta", "local_attention", "attention_bias"});
  expect_members("nomic_bert", "",
                 {"activation_function", "n_embd", "n_head", "n_inner", "n_layer", "rotary_emb_base", "type_vocab_size",
                  "qkv_proj_bias", "prenorm", "mlp_fc1_bias", "rotary_emb_fraction"});
  expect_members("embeddinggemma", "", {"use_bidirectional_attention", "sliding_window", "head_dim"});
}

/// The figures are counted here, not by hand.
TEST(RevertFolder, TheDocumentationSaysHowManyFamiliesAndFolders) {
  uint64_t count = 0;
  for (const architecture::Family* family : architecture::families()) count += !family->origin.model_class.empty();
  const std::vector<uint8_t> models = test_file("../../docs/models.md"), changes = test_file("../../CHANGELOG.md");
  const auto says = [](const std::vector<uint8_t>& file, const std::string& words) {
    return std::search(file.begin(), file.end(), words.begin(), words.end()) != file.end();
  };
  const size_t all = ConversionCase::all().size(), round = all - not_led_back.size();
  EXPECT_TRUE(says(models, std::to_string(round) + " of the " + std::to_string(all) + " folders")) << round;
  EXPECT_TRUE(says(models, std::to_string(count) + " declared families")) << count;
  EXPECT_TRUE(says(changes, "leads a GGUF file of " + std::to_string(count) + " families back")) << count;
}

TEST(RevertFolder, RefusesWhatHasNoWayBack) {
  EXPECT_THAT(sentence_of([&] { exported(gguf_of("nomic_bert_moe", "F32"), R"({"type":"F32"})"); }),
              AllOf(HasSubstr("ffn_up_exps.weight"), HasSubstr("experts.mlp.w1"), HasSubstr("no way back")));
  EXPECT_THAT(sentence_of([&] { exported(gguf_of("mistral3-vl", "F32"), R"({"type":"F32"})"); }),
              AllOf(HasSubstr("Mistral Small 3"), HasSubstr("temperature_scale"), HasSubstr("half a folder")));
  EXPECT_THAT(sentence_of([&] { exported(gguf_of("llama", "F32"), R"({"type":"Q4_0"})"); }),
              HasSubstr("F32, F16 or BF16"));
  EXPECT_THAT(sentence_of([&] { exported(ConversionCase::named("llama").files(), R"({"type":"F32"})"); }),
              HasSubstr("Only a GGUF file"));
}

}  // namespace
}  // namespace nibble

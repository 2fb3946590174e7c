#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "error.h"
#include "plan_checks.h"
#include "test_files.h"

/// Plans made from the headers of real models must have exactly the sizes of the files llama-quantize wrote.
namespace nibble {
namespace {

struct HeaderFile {
  const char* file;
  uint64_t model_bytes;
};
/// Files in tests/data, whole or only the header, by the name of the model.
const std::map<std::string, HeaderFile> headers = {{"ts3m-F16.gguf", {"ts3m-F16.header", 6576544}},
                                                   {"stories260K-F32.gguf", {"stories260K-F32.gguf", 1054368}}};

PlanOptions options_of(const nlohmann::json& entry) {
  nlohmann::json options = {{"type", entry["type"]}};
  const auto words = entry["options"].get<std::vector<std::string>>();
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--pure") options["pure"] = true;
    if (words[i] == "--leave-output-tensor") options["leaveOutputTensor"] = true;
    if (words[i] == "--output-tensor-type") options["outputTensorType"] = words[++i];
    if (words[i] == "--tensor-type") {
      const std::string rule = words[++i];
      const size_t equals = rule.find('=');
      options["tensorTypes"] = {{{"pattern", rule.substr(0, equals)}, {"type", rule.substr(equals + 1)}}};
    }
  }
  return parse_plan_options(options.dump());
}

TEST(PlanSizes, EqualLlamaQuantize) {
  size_t checked = 0;
  // llama-quantize was given the matrix by this name, which its output repeats.
  const ImportanceFile importance = importance_of("ts3m-imatrix.gguf", test_file("ts3m-imatrix.gguf"));
  const auto vectors = test_file("llama-quantize-sha256.json");
  for (const auto& entry : nlohmann::json::parse(vectors)) {
    const HeaderFile& header = headers.at(entry["input"]);
    Model model;
    ASSERT_EQ(model.offer(0, header.file, header.model_bytes, 0, test_file(header.file)).bytes, 0u);
    model.complete();
    const std::string name = entry.dump();
    if (entry["bytes"].is_null()) continue;
    // Without the K formats only the types whose mix does not use them can be planned.
    const bool mixes =
        entry["type"] != "F32" && entry["type"] != "F16" && entry["type"] != "BF16" && entry["type"] != "Q8_0";
    if (mixes && !find_format(Type::q6_K)) continue;
    const PlanOptions options = options_of(entry);
    if (!find_quantizer(options.recipe.file_type->default_type, llama_cpp, Kernel::scalar)) continue;
    try {
      const bool weighted = entry["options"].size() == 2 && entry["options"][0] == "--imatrix";
      const Plan plan = make_plan(model, options, weighted ? &importance : nullptr);
      EXPECT_EQ(plan.output_bytes, entry["bytes"].get<uint64_t>()) << name;
      EXPECT_EQ(make_price(model, options, weighted ? &importance : nullptr).output_bytes, plan.output_bytes) << name;
      expect_contiguous(plan, model);
      ++checked;
    } catch (const Error& error) {
      ADD_FAILURE() << name << ": " << error.what();
    }
  }
  EXPECT_GT(checked, 0u);
  RecordProperty("checked", static_cast<int>(checked));
}

}  // namespace
}  // namespace nibble

#include "packing/loader_config.h"

#include <algorithm>

namespace nibble {
namespace {

/// A regular expression that matches this module name and no other.
std::string pattern_of(std::string_view module) {
  std::string pattern = "^";
  for (const char c : module) {
    if (c == '.') pattern += '\\';
    pattern += c;
  }
  return pattern + '$';
}

/// Optimum and vLLM go by modules_in_block_to_quantize, GPTQModel by dynamic. Neither is needed when every layer is
/// quantized. Of gptq_v2 the zeros are stored as they are; asymmetric files of the older format are refused by
/// GPTQModel unless it made them itself.
Json gptq_config(const Packing& packing, const LoaderModules& modules) {
  Json config = {{"quant_method", "gptq"},
                 {"bits", 4},
                 {"group_size", packing.group},
                 {"sym", !packing.asymmetric},
                 {"desc_act", false},
                 {"static_groups", false},
                 {"true_sequential", false},
                 {"damp_percent", 0.01},
                 {"checkpoint_format", packing.asymmetric ? "gptq_v2" : "gptq"},
                 {"pack_dtype", "int32"},
                 {"lm_head", false}};
  if (modules.left_out.empty()) return config;
  config.add("modules_in_block_to_quantize", Json::list({modules.quantized}));
  Json dynamic = Json::object();
  for (const std::string& module : modules.left_out) dynamic.add("-:" + pattern_of(module), Json::object());
  config.add("dynamic", std::move(dynamic));
  return config;
}

/// A list of modules to skip replaces what loaders would leave out by themselves, the output head.
Json bitsandbytes_config(const Packing& packing, std::string_view dtype, const LoaderModules& modules) {
  const bool int8 = packing.family == PackingFamily::int8;
  std::vector<std::string> skipped = modules.left_out;
  if (!skipped.empty() && std::find(skipped.begin(), skipped.end(), "lm_head") == skipped.end()) {
    skipped.push_back("lm_head");
  }
  Json config = {{"quant_method", "bitsandbytes"},
                 {"load_in_8bit", int8},
                 {"load_in_4bit", !int8},
                 {"_load_in_8bit", int8},
                 {"_load_in_4bit", !int8},
                 {"llm_int8_threshold", 6.0},
                 {"llm_int8_skip_modules", skipped.empty() ? Json() : Json(skipped)},
                 {"llm_int8_enable_fp32_cpu_offload", false},
                 {"llm_int8_has_fp16_weight", false}};
  config.add("bnb_4bit_quant_type", packing.fp4 || int8 ? "fp4" : "nf4");
  config.add("bnb_4bit_use_double_quant", packing.nested);
  config.add("bnb_4bit_compute_dtype", torch_dtype(dtype));
  config.add("bnb_4bit_quant_storage", "uint8");
  return config;
}

}  // namespace

std::string module_name(std::string_view tensor) {
  constexpr std::string_view end = ".weight";
  if (tensor.size() > end.size() && tensor.ends_with(end)) tensor.remove_suffix(end.size());
  return std::string(tensor);
}

Json quantization_config(const Packing& packing, std::string_view dtype, const LoaderModules& modules) {
  Json config = packing.family == PackingFamily::gptq ? gptq_config(packing, modules)
                                                      : bitsandbytes_config(packing, dtype, modules);
  config.add("meta", {{"quantizer", Json::list({std::string("nibble:") + NIBBLE_VERSION})}});
  return config;
}

std::string_view torch_dtype(std::string_view dtype) {
  return dtype == "F16" ? "float16" : dtype == "BF16" ? "bfloat16" : "float32";
}

}  // namespace nibble

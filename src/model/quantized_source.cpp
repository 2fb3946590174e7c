#include "model/quantized_source.h"

#include <algorithm>

#include "architecture/config.h"
#include "container/text.h"

namespace nibble {
namespace {

/// What config.json calls a method ("quant_method"), and what people do.
struct Method {
  std::string_view name, title;
};
constexpr Method methods[] = {{"fp8", "FP8"},
                              {"gptq", "GPTQ"},
                              {"awq", "AWQ"},
                              {"compressed-tensors", "compressed-tensors"},
                              {"bitsandbytes", "bitsandbytes"},
                              {"mxfp4", "MXFP4"},
                              {"modelopt", "ModelOpt"}};

/// How the names of tensors end that only quantized layers have.
struct Sign {
  std::string_view end, method;
};
constexpr Sign signs[] = {{".qweight", "GPTQ or AWQ"},  {".weight_packed", "compressed-tensors"},
                          {".absmax", "bitsandbytes"},  {".SCB", "bitsandbytes"},
                          {".weight_scale_inv", "FP8"}, {".weight_scale", "FP8 or compressed-tensors"}};
/// Likewise of MXFP4, when it holds bytes.
constexpr std::string_view mxfp4_end = "_blocks";

/// The members of config.json that say it; the second is what compressed-tensors wrote at first.
constexpr std::string_view config_members[] = {"quantization_config", "compression_config"};

std::optional<std::string> method_in(std::span<const ModelFile> files) {
  for (const ModelFile& file : files) {
    if (file.name != "config.json" || !file.contents || file.contents->whole.empty()) continue;
    const std::vector<uint8_t>& text = file.contents->whole;
    const HuggingFaceConfig config({reinterpret_cast<const char*>(text.data()), text.size()});
    for (const std::string_view member : config_members) {
      const auto stated = config.object(member);
      if (!stated) continue;
      const std::string name = stated->text("quant_method").value_or("by an unnamed method");
      const auto known =
          std::find_if(std::begin(methods), std::end(methods), [&](const Method& one) { return one.name == name; });
      return known == std::end(methods) ? name : std::string(known->title);
    }
  }
  return {};
}

std::string_view method_of(const StoredTensor& tensor) {
  for (const Sign& sign : signs) {
    if (tensor.name.ends_with(sign.end)) return sign.method;
  }
  return tensor.name.ends_with(mxfp4_end) && tensor.dtype == "U8" ? "MXFP4" : "";
}

}  // namespace

std::optional<QuantizedSource> quantized_source(std::span<const ModelFile> files) {
  if (const auto method = method_in(files)) return QuantizedSource{*method, "config.json says so"};
  for (const ModelFile& file : files) {
    if (!file.contents) continue;
    for (const StoredTensor& tensor : file.contents->tensors) {
      const std::string_view method = method_of(tensor);
      if (!method.empty()) return QuantizedSource{std::string(method), "it holds " + in_quotes(tensor.name)};
    }
  }
  return {};
}

}  // namespace nibble

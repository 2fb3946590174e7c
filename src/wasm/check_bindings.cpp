#include <emscripten/bind.h>

#include "check/file_check.h"
#include "codec/codec.h"
#include "json/json.h"
#include "json/parse.h"
#include "wasm/boundary.h"

/// Class FileCheck of web/src/wasm/nibble.d.ts.
namespace nibble {
namespace {

constexpr const char* no_memory = "There is not enough memory for the headers of these files. Close other pages.";

template <class Call>
std::string answer(Call&& call) {
  return bound::answer(call, no_memory);
}

Json json_of(const Finding& finding) {
  return Json{{"level", finding.level == Finding::Level::error ? "error" : "warning"},
              {"file", finding.file},
              {"subject", finding.subject},
              {"text", finding.text},
              {"llamaCpp", finding.llama_cpp}};
}

Json json_of(const ModelTensor& tensor) {
  return Json{{"name", tensor.name},
              {"shape", tensor.shape},
              {"type", format_of(tensor.stored).name},
              {"weights", tensor.weight_count},
              {"file", tensor.slices[0].file},
              {"offset", tensor.slices[0].offset},
              {"decodable", find_decoder(tensor.stored, Kernel::scalar) != nullptr}};
}

class BoundFileCheck {
 public:
  /// File lengths and offsets arrive as JavaScript numbers; the caller has them from the file.
  std::string offer(unsigned file, const std::string& name, double file_bytes, double offset, uintptr_t pointer,
                    size_t length) {
    return answer([&] {
      const ByteRange wanted = check_.offer(file, name, static_cast<uint64_t>(file_bytes),
                                            static_cast<uint64_t>(offset), {bound::bytes_at(pointer), length});
      if (wanted.bytes == 0) return Json{{"done", true}}.dump();
      return Json{{"wanted", Json{{"offset", wanted.offset}, {"bytes", wanted.bytes}}}}.dump();
    });
  }

  std::string report() {
    return answer([&] {
      Json::List findings, tensors;
      if (check_.is_gguf()) {
        for (const Finding& finding : check_.check_headers()) findings.push_back(json_of(finding));
        for (const ModelTensor& tensor : check_.tensors()) tensors.push_back(json_of(tensor));
      }
      return Json{{"gguf", check_.is_gguf()}, {"findings", findings}, {"tensors", tensors}}.dump();
    });
  }

 private:
  FileCheck check_;
};

std::string weight_finding_json(const std::string& request) {
  return answer([&] {
    const Json json = parse_json(request);
    const auto count = [&](const char* name) { return json.at(name).get<uint64_t>(); };
    const WeightCounts counts{count("nan"), count("infinite"), count("first")};
    const auto shape = json.at("shape").get<std::vector<uint64_t>>();
    return json_of(
               weight_finding(json.at("file").get<std::string>(), json.at("tensor").get<std::string>(), shape, counts))
        .dump();
  });
}

EMSCRIPTEN_BINDINGS(nibble_check) {
  emscripten::function("weightFinding", &weight_finding_json);
  emscripten::class_<BoundFileCheck>("FileCheck")
      .constructor<>()
      .function("offer", &BoundFileCheck::offer)
      .function("report", &BoundFileCheck::report);
}

}  // namespace
}  // namespace nibble

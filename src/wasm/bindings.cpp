#include <emscripten/bind.h>

#include <optional>
#include <string>

#include "codec/converter.h"
#include "formats/format.h"
#include "json/json.h"
#include "stats/error_report.h"
#include "wasm/boundary.h"

/// The lists of what there is, and classes Converter and Statistics of web/src/wasm/nibble.d.ts.
namespace nibble {
namespace {

using bound::bytes_at;
using bound::floats_at;
using bound::kernel_named;
using bound::sentence_of;
std::string version() { return NIBBLE_VERSION; }
std::string best_kernel_name() { return std::string(kernel_name(best_kernel())); }

const char* importance_name(Importance importance) {
  switch (importance) {
    case Importance::ignored: return "ignored";
    case Importance::optional: return "optional";
    case Importance::required: return "required";
  }
  return "";
}

Json grammar_json(const Format& format) {
  const Grammar& grammar = format.grammar;
  if (grammar.levels.empty()) return nullptr;
  return {{"kind", kind_name(grammar.kind)},         {"searchable", has_searches(grammar.kind)},
          {"runLength", format.scale_length},        {"levels", grammar.levels},
          {"offset", has_offset(grammar.kind)},      {"superBlock", is_super_block(grammar.kind)},
          {"storage", storage_name(grammar.storage)}};
}

std::string formats() {
  Json list = Json::list();
  for (const Format& format : all_formats()) {
    list.push_back({{"name", format.name},
                    {"summary", format.summary},
                    {"bitsPerWeight", format.bits_per_weight()},
                    {"blockLength", format.block_length},
                    {"blockBytes", format.block_bytes},
                    {"quantized", format.quantized},
                    {"importance", importance_name(format.importance)},
                    {"methods", methods_of(format.type)},
                    {"decodable", format.decode != nullptr},
                    {"oneScale", format.grammar.kind == FormatKind::one_scale},
                    {"grammar", grammar_json(format)}});
  }
  return list.dump();
}

class BoundConverter {
 public:
  BoundConverter(const std::string& from, const std::string& to, const std::string& method, const std::string& kernel) {
    problem_ = sentence_of([&] { converter_.emplace(from, to, method, kernel_named(kernel)); });
  }

  std::string problem() const { return problem_; }
  std::string kernel() const { return converter_ ? std::string(kernel_name(converter_->kernel())) : ""; }

  std::string run(uintptr_t source, uintptr_t target, double weight_count, double first_weight, double row_length,
                  uintptr_t importance, double head_rows, float add) {
    if (!converter_) return problem_;
    saved_.clear();
    return sentence_of([&] {
      const TensorStretch stretch = {static_cast<uint64_t>(weight_count), static_cast<uint64_t>(first_weight),
                                     static_cast<uint64_t>(row_length), static_cast<uint64_t>(head_rows), add};
      converter_->convert(bytes_at(source), reinterpret_cast<uint8_t*>(target), stretch, floats_at(importance));
      converter_->figures().save(saved_);
    });
  }

  uintptr_t statistics_pointer() const { return reinterpret_cast<uintptr_t>(saved_.data()); }
  size_t statistics_bytes() const { return saved_.size(); }

 private:
  std::optional<Converter> converter_;
  std::string problem_;
  std::vector<uint8_t> saved_;
};

class BoundStatistics {
 public:
  std::string merge(uintptr_t pointer, size_t length) {
    return sentence_of([&] { statistics_.merge(ConversionStatistics::restore(bytes_at(pointer), length)); });
  }
  void add(const BoundStatistics& other) { statistics_.merge_tensor(other.statistics_); }
  std::string report() const { return conversion_report(statistics_); }
  std::string quantize_stats_line(const std::string& name) const {
    return nibble::quantize_stats_line(name, statistics_.errors);
  }

 private:
  ConversionStatistics statistics_;
};

EMSCRIPTEN_BINDINGS(nibble) {
  emscripten::function("version", &version);
  emscripten::function("bestKernel", &best_kernel_name);
  emscripten::function("formats", &formats);

  emscripten::class_<BoundConverter>("Converter")
      .constructor<std::string, std::string, std::string, std::string>()
      .function("problem", &BoundConverter::problem)
      .function("kernel", &BoundConverter::kernel)
      .function("run", &BoundConverter::run)
      .function("statisticsPointer", &BoundConverter::statistics_pointer)
      .function("statisticsBytes", &BoundConverter::statistics_bytes);

  emscripten::class_<BoundStatistics>("Statistics")
      .constructor<>()
      .function("merge", &BoundStatistics::merge)
      .function("add", &BoundStatistics::add)
      .function("report", &BoundStatistics::report)
      .function("quantizeStatsLine", &BoundStatistics::quantize_stats_line);
}

}  // namespace
}  // namespace nibble

#include <emscripten/bind.h>

#include <optional>
#include <string>

#include "json/parse.h"
#include "packing/matrix_packer.h"
#include "wasm/boundary.h"

/// The layouts of safetensors outputs and class Packer of web/src/wasm/nibble.d.ts.
namespace nibble {
namespace {

using bound::sentence_of;
std::string packings() {
  Json list = Json::list();
  for (const Packing& packing : all_packings()) {
    list.push_back({{"name", packing.name()}, {"summary", packing.type.summary}});
  }
  return list.dump();
}

class BoundPacker {
 public:
  explicit BoundPacker(const std::string& request) {
    problem_ = sentence_of([&] {
      const Json json = parse_json(request);
      const Packing* packing = find_packing(json.at("name").get<std::string>());
      if (!packing) throw Error("There is no such packing.");
      type_ = json.at("type").get<std::string>();
      dtype_ = json.at("dtype").get<std::string>();
      const PackedPart part = json.at("part").is("codes") ? PackedPart::codes : PackedPart::scales;
      const SourceMatrix source{type_, dtype_, json.at("rows").get<uint64_t>(), json.at("columns").get<uint64_t>()};
      const Kernel kernel = bound::kernel_named(json.at("kernel").get<std::string>());
      packer_.emplace(*packing, part, source, json.at("method").get<std::string>(), kernel);
    });
  }

  std::string problem() const { return problem_; }
  std::string kernel() const { return packer_ ? std::string(kernel_name(packer_->kernel())) : ""; }
  int passes() const { return packer_ ? packer_->passes() : 0; }

  void begin(uintptr_t target, double first, double count) {
    if (packer_)
      packer_->begin(reinterpret_cast<uint8_t*>(target), static_cast<uint64_t>(first), static_cast<uint64_t>(count));
  }
  double given_bytes(size_t bytes) const {
    return packer_ ? static_cast<double>(packer_->given_bytes(bytes / packer_->number_bytes())) : 0;
  }
  std::string take(uintptr_t source, size_t bytes, uintptr_t blocks) {
    if (!packer_) return problem_;
    return sentence_of([&] {
      packer_->take(bound::bytes_at(source), bytes / packer_->number_bytes(),
                    blocks ? bound::bytes_at(blocks) : nullptr);
    });
  }
  std::string finish() {
    if (!packer_) return problem_;
    saved_.clear();
    return sentence_of([&] {
      packer_->finish();
      packer_->statistics().save(saved_);
    });
  }

  uintptr_t statistics_pointer() const { return reinterpret_cast<uintptr_t>(saved_.data()); }
  size_t statistics_bytes() const { return saved_.size(); }

 private:
  std::string type_, dtype_, problem_;
  std::optional<MatrixPacker> packer_;
  std::vector<uint8_t> saved_;
};

EMSCRIPTEN_BINDINGS(nibble_packing) {
  emscripten::function("packings", &packings);
  emscripten::class_<BoundPacker>("Packer")
      .constructor<std::string>()
      .function("problem", &BoundPacker::problem)
      .function("kernel", &BoundPacker::kernel)
      .function("passes", &BoundPacker::passes)
      .function("begin", &BoundPacker::begin)
      .function("givenBytes", &BoundPacker::given_bytes)
      .function("take", &BoundPacker::take)
      .function("finish", &BoundPacker::finish)
      .function("statisticsPointer", &BoundPacker::statistics_pointer)
      .function("statisticsBytes", &BoundPacker::statistics_bytes);
}

}  // namespace
}  // namespace nibble

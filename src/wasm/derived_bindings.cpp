#include <emscripten/bind.h>

#include <optional>
#include <string>

#include "derived/derived_reader.h"
#include "json/json.h"
#include "wasm/boundary.h"

/// Class DerivedReader of web/src/wasm/nibble.d.ts.
namespace nibble {
namespace {

using bound::answer;
using bound::sentence_of;

class BoundDerivedReader {
 public:
  /// `count` doubles at `pointer`: DerivedFile::save().
  BoundDerivedReader(uintptr_t pointer, size_t count) {
    problem_ = sentence_of([&] {
      const auto* numbers = reinterpret_cast<const double*>(pointer);
      reader_.emplace(DerivedFile::restore({numbers, count}), best_kernel());
    });
  }

  std::string problem() const { return problem_; }

  std::string plan(double offset, double bytes) {
    return answer([&] {
      if (!reader_) throw Error(problem_);
      const uint64_t made = reader_->plan(static_cast<uint64_t>(offset), static_cast<uint64_t>(bytes));
      Json reads = Json::list();
      for (const StridedRead& read : reader_->reads()) {
        reads.push_back({{"file", read.file},
                         {"offset", read.offset},
                         {"bytes", read.bytes},
                         {"count", read.count},
                         {"stride", read.stride}});
      }
      return Json{{"made", made}, {"inputBytes", reader_->input_bytes()}, {"reads", std::move(reads)}}.dump();
    });
  }

  std::string make(uintptr_t input, uintptr_t output) {
    if (!reader_) return problem_;
    return sentence_of([&] { reader_->make(bound::bytes_at(input), reinterpret_cast<uint8_t*>(output)); });
  }

 private:
  std::optional<DerivedReader> reader_;
  std::string problem_;
};

EMSCRIPTEN_BINDINGS(nibble_derived) {
  emscripten::class_<BoundDerivedReader>("DerivedReader")
      .constructor<uintptr_t, size_t>()
      .function("problem", &BoundDerivedReader::problem)
      .function("plan", &BoundDerivedReader::plan)
      .function("make", &BoundDerivedReader::make);
}

}  // namespace
}  // namespace nibble

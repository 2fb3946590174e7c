#include <emscripten/bind.h>

#include <optional>
#include <string>

#include "compare/comparer.h"
#include "error.h"

/// Class Comparer of web/src/wasm/nibble.d.ts. Problems come back as sentences; no exception crosses the boundary.
namespace nibble {
namespace {

const uint8_t* bytes_at(uintptr_t pointer) { return reinterpret_cast<const uint8_t*>(pointer); }

class BoundComparer {
 public:
  BoundComparer(const std::string& first, const std::string& second, const std::string& kernel) {
    try {
      comparer_.emplace(first, second, kernel == kernel_name(Kernel::simd) ? Kernel::simd : Kernel::scalar);
    } catch (const std::exception& problem) {
      problem_ = problem.what();
    }
  }

  std::string problem() const { return problem_; }
  std::string kernel() const { return comparer_ ? std::string(kernel_name(comparer_->kernel())) : ""; }

  /// Counts are doubles: a tensor may hold more weights than 32 bits can count.
  std::string run(uintptr_t first, float first_add, uintptr_t second, float second_add, double first_weight,
                  double weights) {
    if (!comparer_) return problem_;
    try {
      comparer_->run({bytes_at(first), first_add}, {bytes_at(second), second_add}, static_cast<uint64_t>(first_weight),
                     static_cast<uint64_t>(weights));
      comparer_->figures().save(saved_);
      return "";
    } catch (const std::exception& problem) {
      return problem.what();
    }
  }

  uintptr_t statistics_pointer() const { return reinterpret_cast<uintptr_t>(saved_.data()); }
  size_t statistics_bytes() const { return saved_.size(); }

 private:
  std::optional<Comparer> comparer_;
  std::string problem_;
  std::vector<uint8_t> saved_;
};

EMSCRIPTEN_BINDINGS(nibble_compare) {
  emscripten::class_<BoundComparer>("Comparer")
      .constructor<std::string, std::string, std::string>()
      .function("problem", &BoundComparer::problem)
      .function("kernel", &BoundComparer::kernel)
      .function("run", &BoundComparer::run)
      .function("statisticsPointer", &BoundComparer::statistics_pointer)
      .function("statisticsBytes", &BoundComparer::statistics_bytes);
}

}  // namespace
}  // namespace nibble

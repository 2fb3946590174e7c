#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check/finding.h"
#include "container/gguf_faults.h"
#include "model/model.h"

namespace nibble {

/// Checks GGUF files, headers first: what is wrong is found, not thrown. Weights are for the study "check"
/// (check/weight_check.h), which findings are made of with weight_finding().
class FileCheck {
 public:
  /// Offers bytes of file number `file` as Model::offer does. Returns what to offer next; no bytes when enough of the
  /// file was read, or no more can be.
  ByteRange offer(size_t file, std::string_view name, uint64_t file_bytes, uint64_t offset,
                  std::span<const uint8_t> bytes);

  /// Whether the files are GGUF files; others are not looked at here.
  bool is_gguf() const { return gguf_; }

  /// All that headers tell. Afterwards tensors() holds those whose weights can be read.
  Findings check_headers();
  const std::vector<ModelTensor>& tensors() const { return tensors_; }

 private:
  struct File {
    std::string name;
    uint64_t bytes = 0;
    std::vector<GgufFault> faults;
    std::optional<GgufHeader> header;  ///< of a faulty file: as much as could be read
    std::string refusal;               ///< why no more of it could be
    bool sound() const { return faults.empty() && refusal.empty(); }
  };

  void add_faults(const File& file, Findings& findings) const;
  /// What lies behind the last tensor of a file, which nothing uses.
  void check_end(std::string_view name, uint64_t file_bytes, uint64_t alignment, uint32_t file,
                 Findings& findings) const;
  void check_network(Findings& findings) const;

  bool gguf_ = true;
  std::vector<File> files_;
  Model model_;  // of the sound files
  std::vector<ModelTensor> tensors_;
};

/// What the study "check" counted in the weights of a tensor.
struct WeightCounts {
  uint64_t nan = 0, infinite = 0;
  uint64_t first = 0;  ///< the first weight of either kind

  void merge(const WeightCounts& other);
};

/// What to say of a tensor with such weights.
Finding weight_finding(std::string_view file, std::string_view tensor, std::span<const uint64_t> shape,
                       const WeightCounts& counts);

}  // namespace nibble

#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "container/gguf_writer.h"
#include "model/model.h"
#include "note.h"
#include "plan/options.h"

namespace nibble {

/// Layers that are left out of an output, as llama-quantize's --prune-layers: the layers behind them move up. Where the
/// metadata count layers or say something of each, they are changed to fit (llama-quantize changes the number of layers
/// alone).
class Pruning {
 public:
  /// The layers that the options name, and those that predict further tokens where they ask for it (MTP, at the end),
  /// or all but these, which keep their numbers then; none: nothing is left out. Throws Error when the model has no
  /// such layer, when none would be left, or when llama.cpp would take layers that move for others than they are.
  Pruning(const Model& model, const PlanOptions& options);

  bool none() const { return layers_.empty(); }
  /// The tensor's name in the output; nothing when it is left out.
  std::optional<std::string> name_of(std::string_view name) const;
  /// Changes the metadata; the number of layers moves to their end, as llama-quantize has it.
  void apply(KeyValueList& values) const;
  /// Throws Error when an override says how many layers there are, which follows from those that are left out.
  void check_overrides(std::span<const KeyOverride> overrides) const;
  /// What a person should know.
  void tell(Notes& notes) const;

 private:
  bool is_left_out(uint64_t layer) const;
  uint64_t number_of(uint64_t layer) const;
  uint64_t left_out_in(uint64_t begin, uint64_t end) const;
  void expect_periods() const;

  const GgufHeader& header_;
  std::string architecture_, count_key_;
  std::vector<uint64_t> layers_;  // left out, in order
  uint64_t count_ = 0;            // of the model's layers
  bool lacks_mtp_ = false;        // they were to be left out
  bool keeps_numbers_ = false;    // what is left, and the metadata, speak of the whole model
};

}  // namespace nibble

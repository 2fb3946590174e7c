#pragma once
#include "container/gguf_writer.h"
#include "plan/plan.h"
#include "plan/pruning.h"

namespace nibble {

/// What the method calibrated chooses the codes of.
inline constexpr std::string_view served_by_calibration =
    "matrices of layers, in types whose codes are levels, or points with signs (IQ2, IQ3)";

/// Everything of a plan but its jobs and the bytes of its headers: types, order, places and sizes.
struct Layout {
  std::vector<PlannedTensor> tensors;  ///< in output order
  std::vector<OutputFile> files;       ///< without their headers
  std::vector<KeyValueList> values;    ///< metadata per file; borrows from the model
  uint64_t output_bytes = 0;
  uint64_t tensor_bytes = 0;  ///< of the output, without padding
  uint64_t weight_count = 0;
  bool importance_used = false;   ///< a matrix with at least one entry counts
  bool realigned = false;         ///< general.alignment had to become 32
  bool needs_importance = false;  ///< a tensor must not be written without an importance matrix
  uint64_t weighed_by_text = 0;   ///< tensors that would need a matrix, there being none, but for the method calibrated

  double bits_per_weight() const {
    return weight_count ? 8.0 * static_cast<double>(tensor_bytes) / static_cast<double>(weight_count) : 0;
  }
};

/// Decides types and lays the output out. Throws Error when it cannot be done as asked. `model` is complete.
Layout make_layout(const Model& model, const PlanOptions& options, const ImportanceFile* importance);

/// Sets offsets and sizes of a layout whose types and places are decided: in each file the header, then each tensor
/// padded to the alignment.
void assign_offsets(Layout& layout, const Model& model);

/// The plan of a layout with offsets, whose tensors move there: headers, jobs and what they take. Notes are for the
/// caller to add.
Plan plan_of(Layout& layout, const Model& model, const PlanOptions& options);

}  // namespace nibble

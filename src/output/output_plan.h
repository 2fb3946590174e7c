#pragma once
#include <string>

#include "plan/plan.h"

/// Plans of outputs, whatever their container: the packings' is safetensors, all other types' GGUF.
namespace nibble {

struct OutputPlan {
  Plan plan;
  std::string json;  ///< Plan of web/src/wasm/types/plan.ts
};

/// What running it takes and gives. `importance` is null when no matrix was given; packings use none. Throws Error as
/// make_plan() and make_packed_plan() do.
OutputPlan plan_output(const Model& model, const PlanOptions& options, const ImportanceFile* importance);

/// What it would weigh: see make_price().
Price price_output(const Model& model, const PlanOptions& options, const ImportanceFile* importance);

}  // namespace nibble

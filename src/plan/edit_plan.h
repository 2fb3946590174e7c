#pragma once
#include "plan/edit_options.h"
#include "plan/plan.h"

namespace nibble {

/// Plans an output with the same weights and other metadata, fewer tensors, fewer layers or other parts. Entries and
/// tensors stay where they stand; what is new comes last. Cut into parts, or joined, it has the bytes that llama.cpp's
/// gguf-split writes. Throws Error when it cannot be done as asked, or no program would load the output.
Plan make_edit_plan(const Model& model, const PlanOptions& options);

}  // namespace nibble

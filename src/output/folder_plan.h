#pragma once
#include "plan/plan.h"

namespace nibble {

/// Plans the files of a Hugging Face folder: the weights of a model that was made one (Model::revert) as safetensors
/// files of one type, with an index where they are several, and config.json. Throws Error when the type is not F32, F16
/// or BF16, and when the options speak of anything else than the type, the length of files and of jobs.
Plan make_folder_plan(const Model& model, const PlanOptions& options);

}  // namespace nibble

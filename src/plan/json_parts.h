#pragma once
#include <optional>

#include "json/json.h"
#include "plan/plan.h"

/// Parts of the JSON forms of plans, for every container.
namespace nibble {

/// PlannedTensor of web/src/wasm/types/plan.ts; `source` is the one it is made from.
Json planned_json(const PlannedTensor& tensor, const ModelTensor& source);
/// Job of web/src/wasm/types/plan.ts; `range`: of the work "pack", otherwise null.
Json job_json(const Job& job, const char* work, Json range);
/// Plan of an output in a container, its tensors and jobs already in their JSON form.
Json plan_object(const Plan& plan, const char* container, Json tensors, Json jobs);
/// TensorImportance, or null.
Json importance_place(const std::optional<ImportanceEntry>& entry);

}  // namespace nibble

#pragma once
#include <optional>

#include "json/json.h"
#include "plan/plan.h"

/// Parts of the JSON forms of plans, for every container.
namespace nibble {

/// Job of web/src/wasm/types/plan.ts; `range`: of the work "pack", otherwise null.
Json job_json(const Job& job, const char* work, Json range);
/// Plan of an output in a container, its tensors and jobs already in their JSON form.
Json plan_object(const Plan& plan, const char* container, Json tensors, Json jobs);
/// TensorImportance, or null.
Json importance_place(const std::optional<ImportanceEntry>& entry);

}  // namespace nibble

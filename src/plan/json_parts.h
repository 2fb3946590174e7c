#pragma once
#include <optional>

#include "json/json.h"
#include "plan/plan.h"

/// Parts of the JSON forms of plans, for every container.
namespace nibble {

/// Job of web/src/core/types.ts.
Json job_json(const Job& job);
/// Plan, its tensors and jobs already in their JSON form.
Json plan_object(const Plan& plan, Json tensors, Json jobs);
/// TensorImportance, or null.
Json importance_place(const std::optional<ImportanceEntry>& entry);

}  // namespace nibble

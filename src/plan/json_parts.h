#pragma once
#include <nlohmann/json.hpp>
#include <optional>

#include "plan/plan.h"

/// Parts of the JSON forms of plans, for every container.
namespace nibble {

/// Job of web/src/core/types.ts.
nlohmann::ordered_json job_json(const Job& job);
/// Plan, its tensors and jobs already in their JSON form.
nlohmann::ordered_json plan_object(const Plan& plan, nlohmann::ordered_json tensors, nlohmann::ordered_json jobs);
/// TensorImportance, or null.
nlohmann::ordered_json importance_place(const std::optional<ImportanceEntry>& entry);

}  // namespace nibble

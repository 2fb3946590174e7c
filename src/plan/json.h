#pragma once
#include <string>

#include "container/model.h"
#include "plan/plan.h"

/// The JSON forms of web/src/core/types.ts. Text that is not UTF-8 gets replacement characters.
namespace nibble {

/// ModelInfo. `model` is complete.
std::string model_json(const Model& model);
/// Plan.
std::string plan_json(const Plan& plan, const Model& model);
/// Price.
std::string price_json(const Price& price);
/// { "more": bytes }, or { "done": true } when bytes is 0.
std::string offer_json(uint64_t more);
/// { "error": sentence }.
std::string error_json(const std::string& sentence);

}  // namespace nibble

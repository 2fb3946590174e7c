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
/// { "wanted": { offset, bytes } }: what of the importance matrix file to offer next.
std::string importance_wanted_json(uint64_t offset, uint64_t bytes);
/// ImportanceInfo: { "done": true } and what the file says of itself.
std::string importance_json(const ImportanceFile& file);
/// { "error": sentence }.
std::string error_json(const std::string& sentence);

}  // namespace nibble

#include "output/output_plan.h"

#include "output/folder_plan.h"
#include "output/packing_plan.h"
#include "plan/edit_plan.h"
#include "plan/json.h"

namespace nibble {

OutputPlan plan_output(const Model& model, const PlanOptions& options, const ImportanceFile* importance) {
  if (!model.reverted_config().empty()) {
    Plan plan = make_folder_plan(model, options);
    std::string json = plan_json(plan, model, "safetensors");
    return {std::move(plan), std::move(json)};
  }
  if (options.packing) {
    PackedPlan packed = make_packed_plan(model, options);
    std::string json = packed_plan_json(packed, model);
    return {std::move(packed.plan), std::move(json)};
  }
  Plan plan = options.edit ? make_edit_plan(model, options) : make_plan(model, options, importance);
  std::string json = plan_json(plan, model);
  return {std::move(plan), std::move(json)};
}

Price price_output(const Model& model, const PlanOptions& options, const ImportanceFile* importance) {
  if (!model.reverted_config().empty()) {
    const Plan plan = make_folder_plan(model, options);
    return {plan.output_bytes, plan.bits_per_weight, 0, false};
  }
  if (!options.packing && !options.edit) return make_price(model, options, importance);
  const Plan plan = options.edit ? make_edit_plan(model, options) : make_packed_plan(model, options).plan;
  return {plan.output_bytes, plan.bits_per_weight, 0, false};
}

}  // namespace nibble

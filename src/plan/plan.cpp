#include "plan/plan.h"

#include <cstdio>
#include <map>

#include "container/text.h"
#include "plan/jobs.h"
#include "plan/layout.h"

namespace nibble {
namespace {

/// Rough sizes of one entry of the plan as the page holds it, for the memory figure.
constexpr uint64_t tensor_record_bytes = 1024, job_record_bytes = 256;

/// A difference in size: "+3.1 MB".
std::string megabytes(double bytes) {
  char text[40];
  std::snprintf(text, sizeof text, "%+.1f MB", bytes / 1e6);
  return text;
}

/// One sentence per pair of types: how many tensors could not have the type asked for, and what that costs.
void note_substitutions(const Plan& plan, const Model& model, std::vector<std::string>& notes) {
  struct Group {
    uint64_t count = 0;
    double cost = 0;
    std::string first;
  };
  std::map<std::pair<Type, Type>, Group> groups;
  for (const PlannedTensor& tensor : plan.tensors) {
    if (!tensor.wanted) continue;
    const ModelTensor& source = model.tensors()[tensor.source];
    Group& group = groups[{*tensor.wanted, tensor.to}];
    if (group.count++ == 0) group.first = source.name;
    group.cost += static_cast<double>(tensor.output_bytes) -
                  static_cast<double>(source.weights) * format_of(*tensor.wanted).bits_per_weight() / 8;
  }
  for (const auto& [types, group] : groups) {
    const auto& [wanted, taken] = types;
    notes.push_back(counted(group.count, "tensor") + " cannot be " + display_name(wanted) +
                    ", because the rows are no multiple of " + std::to_string(format_of(wanted).block_length) +
                    " weights, and will be " + display_name(taken) + " instead (" + megabytes(group.cost) +
                    "), the first being " + in_quotes(group.first) + ".");
  }
}

void add_notes(Plan& plan, const Model& model, const Layout& layout) {
  note_substitutions(plan, model, plan.notes);
  if (layout.realigned) {
    plan.notes.push_back("The model asks for an alignment of " + std::to_string(model.main_header().alignment) +
                         " bytes. The output is aligned to 32 bytes and says so; llama-quantize would keep the old "
                         "number and write a file that cannot be read.");
  }
  bool converts = false;
  for (const PlannedTensor& tensor : plan.tensors) converts = converts || tensor.converts();
  if (!converts && !plan.file_type->copies) {
    plan.notes.push_back("No tensor changes its type; only the metadata is written anew.");
  }
}

}  // namespace

Plan make_plan(const Model& model, const PlanOptions& options) {
  Layout layout = make_layout(model, options);
  Plan plan;
  plan.file_type = options.recipe.file_type;
  plan.method = options.method;
  for (const Model::File& file : model.files()) plan.input_bytes += file.bytes;
  plan.output_bytes = layout.output_bytes;
  plan.weights = layout.weights;
  plan.bits_per_weight = layout.bits_per_weight();
  for (uint32_t i = 0; i < layout.files.size(); ++i) {
    plan.files.push_back(layout.files[i]);
    plan.files[i].header = layout_header(layout, model, i);
  }
  plan.tensors = std::move(layout.tensors);
  const RunLimits limits{options.job_bytes, false, false};
  for (uint32_t i = 0; i < plan.tensors.size(); ++i) append_jobs(plan.jobs, model, plan.tensors[i], i, limits);
  add_notes(plan, model, layout);

  for (const Model::File& file : model.files()) plan.memory.shared_bytes += file.header->bytes.size();
  for (const OutputFile& file : plan.files) plan.memory.shared_bytes += file.header_bytes;
  plan.memory.shared_bytes += plan.tensors.size() * tensor_record_bytes + plan.jobs.size() * job_record_bytes;
  plan.memory.per_worker_bytes = worker_bytes(plan.jobs);
  return plan;
}

Price make_price(const Model& model, PlanOptions options) {
  options.recipe.require_importance = false;
  Layout layout = make_layout(model, options);
  const bool lacking = layout.needs_importance && !options.recipe.have_importance;
  if (lacking) {
    // The mix of such a type is another one with a matrix, and it can only be made with one.
    options.recipe.have_importance = true;
    layout = make_layout(model, options);
  }
  Price price{layout.output_bytes, layout.bits_per_weight(), 0, lacking};
  for (const PlannedTensor& tensor : layout.tensors) price.substitutions += tensor.wanted.has_value();
  return price;
}

}  // namespace nibble

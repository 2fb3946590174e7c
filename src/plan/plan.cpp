#include "plan/plan.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "container/gguf_limits.h"
#include "container/text.h"
#include "formats/point_grammar.h"
#include "plan/layout.h"
#include "plan/model_notes.h"
#include "plan/pruning.h"

namespace nibble {
namespace {

/// Of the tensors in the output.
std::vector<std::string> names_of(const Model& model, const PlanOptions& options) {
  const Pruning pruning(model, options);
  std::vector<std::string> names;
  for (const ModelTensor& tensor : model.tensors()) {
    if (auto name = pruning.name_of(tensor.name)) names.push_back(*std::move(name));
  }
  return names;
}

/// A difference in size: "+3.1 MB", "+240 kB", "+27 bytes".
std::string difference(double bytes) {
  char text[40];
  const double size = std::fabs(bytes);
  if (size < 1e3) {
    std::snprintf(text, sizeof text, "%+.0f bytes", bytes);
  } else {
    std::snprintf(text, sizeof text, size < 1e6 ? "%+.0f kB" : "%+.1f MB", bytes / (size < 1e6 ? 1e3 : 1e6));
  }
  return text;
}

/// One sentence per pair of types: how many tensors could not have the type asked for, and what that costs.
void note_substitutions(const Plan& plan, const Model& model, Notes& notes) {
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
    if (group.count++ == 0) group.first = tensor.name;
    group.cost += static_cast<double>(tensor.output_bytes) -
                  static_cast<double>(source.weight_count) * format_of(*tensor.wanted).bits_per_weight() / 8;
  }
  for (const auto& [types, group] : groups) {
    const auto& [wanted, taken] = types;
    notes.add(counted(group.count, "tensor") + " cannot be " + display_name(wanted) +
              ", because the rows are no multiple of " + std::to_string(format_of(wanted).block_length) +
              " weights, and will be " + display_name(taken) + " instead (" + difference(group.cost) +
              "), the first being " + in_quotes(group.first) + ".");
  }
}

/// Tells of weights that come as blocks of the type they get.
void note_repacked(const Plan& plan, Notes& notes) {
  const auto count = [&](PlannedTensor::Values values) {
    return static_cast<uint64_t>(std::count_if(plan.tensors.begin(), plan.tensors.end(),
                                               [&](const PlannedTensor& one) { return one.values == values; }));
  };
  const uint64_t repacked = count(PlannedTensor::Values::repacked);
  const uint64_t scales = count(PlannedTensor::Values::scale);
  if (repacked == 0) return;
  const auto first = std::find_if(plan.tensors.begin(), plan.tensors.end(), [](const PlannedTensor& one) {
    return one.values == PlannedTensor::Values::repacked;
  });
  notes.add(counted(repacked, "tensor") + " of " + (first->to == Type::mxfp4 ? "MXFP4 " : "NVFP4 ") +
            (repacked == 1 ? "keeps" : "keep") + " the blocks of 4-bit floats " +
            (repacked == 1 ? "it comes" : "they come") + " in, without loss" +
            (scales == 0 ? "."
                         : ", and " + counted(scales, "tensor") +
                               " beside (\".scale\") what llama.cpp multiplies them by, which its older versions and "
                               "comparisons here do not look at."));
}

/// Tells which tensors go without importance although there is a matrix.
void note_importance(const Plan& plan, Notes& notes) {
  uint64_t with = 0, without = 0, unusable = 0;
  std::string first, first_unusable;
  for (const PlannedTensor& tensor : plan.tensors) {
    if (!tensor.converts()) continue;
    const std::string& name = tensor.name;
    if (tensor.unusable_importance > 0 && unusable++ == 0) first_unusable = name;
    if (tensor.importance || tensor.unusable_importance > 0) {
      ++with;
    } else if (without++ == 0) {
      first = name;
    }
  }
  if (unusable > 0) {
    notes.add("What the importance matrix has for " + counted(unusable, "tensor") +
              " cannot be used, all values of a matrix being zero, or some negative or no numbers: converted "
              "without it there, the first being " +
              in_quotes(first_unusable) + ".");
  }
  if (without == 0) return;
  if (with == 0) {
    notes.add(
        "The importance matrix has no entry for any tensor of this model; it was probably made for another "
        "one.");
  } else {
    notes.add(counted(without, "tensor") +
              " without an entry in the importance matrix will be converted without "
              "it, the first being " +
              in_quotes(first) + ".");
  }
}

/// Tells which types are written as llama.cpp writes them although another method was asked for.
void note_methods(const Plan& plan, Notes& notes) {
  std::map<Type, uint64_t> counts;
  std::map<Type, std::string_view> methods;
  for (const PlannedTensor& tensor : plan.tensors) {
    const bool has_choice = format_of(tensor.to).quantized;
    if (!tensor.converts() || !has_choice || tensor.method == plan.method) continue;
    ++counts[tensor.to];
    methods[tensor.to] = tensor.method;
  }
  for (const auto& [type, count] : counts) {
    if (plan.method == calibrated_method) {
      notes.add(counted(count, "tensor") + " of type " + display_name(type) + " will be written by the method " +
                in_quotes(methods[type]) + ": the method \"calibrated\" is for " + std::string(served_by_calibration) +
                '.');
      continue;
    }
    notes.add(display_name(type) + " cannot be written by the method " + in_quotes(plan.method) + "; " +
              counted(count, "tensor") + " will be written as llama.cpp does.");
  }
}

/// Tells of rules that change nothing.
void note_rules(const PlanOptions& options, const Model& model, Notes& notes) {
  if (options.recipe.rules.empty()) return;
  const std::string idle = note_on_idle_rules(options.recipe.rules, names_of(model, options));
  if (!idle.empty()) notes.add(idle);
  const FileType& type = *options.recipe.file_type;
  if (type.copies || !format_of(type.default_type).quantized) {
    notes.add("Rules for single tensors count for quantized types only; with " + std::string(type.name) +
              " they change nothing.");
  }
}

void add_notes(Plan& plan, const Model& model, const PlanOptions& options, const Layout& layout) {
  plan.notes = model_notes(model, options.overrides);
  Pruning(model, options).tell(plan.notes);
  note_repacked(plan, plan.notes);
  note_substitutions(plan, model, plan.notes);
  note_methods(plan, plan.notes);
  if (layout.weighed_by_text > 0) {
    plan.notes.add(counted(layout.weighed_by_text, "tensor") +
                   " of types that need an importance matrix will be weighed by the text that calibrates. Which tensor "
                   "gets which type is as with a matrix.");
  }
  note_rules(options, model, plan.notes);
  if (layout.importance_used) note_importance(plan, plan.notes);
  if (const uint64_t alignment = model.metadata().alignment; alignment != gguf::default_alignment) {
    plan.notes.add("The model asks for an alignment of " + counted(alignment, "byte") +
                   ". The output is aligned to 32 bytes and says so; llama-quantize would keep the old number "
                   "and write a file that cannot be read.");
  } else if (layout.realigned) {
    plan.notes.add("general.alignment cannot be changed: the output is aligned to 32 bytes and says so.");
  }
  bool converts = false;
  for (const PlannedTensor& tensor : plan.tensors) converts = converts || tensor.converts();
  if (!converts && !plan.file_type->copies) {
    plan.notes.add("No tensor changes its type; only the metadata is written anew.");
  }
  plan.notes.put_warnings_first();
}

}  // namespace

const ModelTensor* tensor_of(const ImportanceEntry& entry, const Model& model) {
  for (const ModelTensor& tensor : model.tensors()) {
    if (tensor.name != entry.name) continue;
    const uint64_t expected = tensor.shape[0] * (tensor.shape.size() > 2 ? tensor.shape[2] : 1);
    return entry.values == expected && expected > 0 ? &tensor : nullptr;
  }
  return nullptr;
}

Plan make_plan(const Model& model, const PlanOptions& options, const ImportanceFile* importance) {
  Layout layout = make_layout(model, options, importance);
  Plan plan = plan_of(layout, model, options);
  add_notes(plan, model, options, layout);
  return plan;
}

std::string note_on_idle_rules(const Model& model, const PlanOptions& options) {
  return note_on_idle_rules(options.recipe.rules, names_of(model, options));
}

Price make_price(const Model& model, PlanOptions options, const ImportanceFile* importance) {
  options.recipe.require_importance = false;
  Layout layout = make_layout(model, options, importance);
  const bool lacking = layout.needs_importance && !layout.importance_used;
  if (lacking) {
    // The mix of such a type is another one with a matrix, and it can only be made with one.
    options.recipe.have_importance = true;
    layout = make_layout(model, options, importance);
  }
  Price price{layout.output_bytes, layout.bits_per_weight(), 0, lacking};
  for (const PlannedTensor& tensor : layout.tensors) price.substitutions += tensor.wanted.has_value();
  return price;
}

}  // namespace nibble

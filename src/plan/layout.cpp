#include "plan/layout.h"

#include <algorithm>
#include <deque>

#include "container/text.h"
#include "error.h"
#include "formats/point_grammar.h"
#include "model/gguf_model.h"
#include "plan/check_overrides.h"
#include "plan/jobs.h"
#include "plan/memory_need.h"
#include "plan/model_facts.h"
#include "plan/output_values.h"
#include "recipe/tensor_kind.h"

namespace nibble {
namespace {

/// Source indices of what is not left out in output order: by block number (none first), then by name; shards keep
/// their own order.
std::vector<uint32_t> output_order(const Model& model, const Pruning& pruning, bool keep_split) {
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < model.tensors().size(); ++i) {
    if (pruning.name_of(model.tensors()[i].name)) order.push_back(i);
  }
  if (keep_split) return order;
  std::vector<int64_t> blocks;
  for (const ModelTensor& tensor : model.tensors()) {
    const auto block = block_number(tensor.name);
    blocks.push_back(block ? static_cast<int64_t>(*block) : -1);
  }
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return blocks[a] != blocks[b] ? blocks[a] < blocks[b] : model.tensors()[a].name < model.tensors()[b].name;
  });
  return order;
}

/// The file type to state in the output.
uint32_t stated_file_type(const Model& model, const FileType& file_type, std::span<const RecipeTensor> tensors,
                          std::span<const Decision> decisions) {
  if (model.auto_type() && (file_type.automatic || !format_of(file_type.default_type).quantized)) {
    // As llama.cpp's conversion script says it.
    const auto is_mxfp4 = [](const Decision& decision) { return decision.type == Type::mxfp4; };
    const Type type = file_type.automatic ? *model.auto_type() : file_type.default_type;
    const bool mxfp4 = std::any_of(decisions.begin(), decisions.end(), is_mxfp4);
    if (file_type.automatic || (mxfp4 && !file_type.copies)) return file_type_number(mxfp4 ? Type::mxfp4 : type);
  }
  if (!file_type.copies) return file_type.number;
  if (const auto own = model.metadata().number(key::file_type)) return static_cast<uint32_t>(*own);
  std::vector<Type> types;
  for (const RecipeTensor& tensor : tensors) types.push_back(tensor.type);
  return guess_file_type(types);
}

/// Throws when a tensor cannot be read as weights or its type cannot be written.
void check_conversion(const ModelTensor& source, Type to) {
  if (!find_decoder(source.stored, Kernel::scalar)) {
    throw Error("Tensor " + in_quotes(source.name) + " is " + display_name(source.stored) +
                ", which can be copied but not converted. Choose COPY, or a rule that leaves it alone.");
  }
  if (codec_of(to).quantizers.empty()) {
    throw Error(display_name(to) + " can be read but not written (tensor " + in_quotes(source.name) +
                "). Choose another type.");
  }
}

/// Which output file a tensor goes to: its shard's number when shards are kept.
std::vector<uint32_t> output_file_of_input(const Model& model, bool keep_split) {
  std::vector<uint32_t> numbers(model.files().size() + 2, 0);  // computed and derived values come last
  if (!keep_split) return numbers;
  for (uint32_t i = 0; i < model.shards().size(); ++i) numbers[model.shards()[i]] = i;
  return numbers;
}

void set_metadata(Layout& layout, const Model& model, const PlanOptions& options, uint32_t file_type,
                  const Pruning& pruning, const std::optional<ImportanceMetadata>& importance) {
  layout.values.push_back(output_values(model.metadata(), file_type, options.overrides, importance, &layout.realigned));
  pruning.apply(layout.values.back());
  if (!options.keep_split) {
    layout.files.push_back({});
    return;
  }
  const uint64_t count = model.shards().size();
  layout.values.resize(count);
  for (uint64_t i = 0; i < count; ++i) {
    layout.files.push_back({shard_suffix(i, count), 0, 0, {}});
    if (count > 1) set_split_values(layout.values[i], i, count, layout.tensors.size());
  }
}

/// The entries of the matrix that are to be used; none when there is no matrix.
ImportanceFile chosen_importance(const PlanOptions& options, const ImportanceFile* given) {
  if (!given || !options.use_importance) return {};
  ImportanceFile chosen = *given;
  filter_importance(chosen.index, options.include_weights, options.exclude_weights);
  return chosen;
}

/// Whether the method calibrated chooses the codes of a tensor that is converted.
bool is_calibrated(const ModelTensor& source, Type to, const PlanOptions& options) {
  const bool in_layer = source.shape.size() > 1 && block_number(source.name).has_value();
  return options.method == calibrated_method && in_layer && can_calibrate(format_of(to));
}

[[noreturn]] void refuse_without_importance(const std::string& tensor, Type to, const FileType& file_type) {
  throw Error("The tensor " + tensor + " cannot become " + display_name(to) + " in a file of type " +
              std::string(file_type.name) +
              " without an importance matrix: the method \"calibrated\" takes importance from its text for " +
              std::string(served_by_calibration) +
              ". Add a matrix (imatrix.gguf or imatrix.dat), or choose another type.");
}

/// One decision for each tensor. The text that calibrates says what the inputs of the matrices that it serves count, so
/// these need no importance matrix; where they would, types are those of a run that has one.
std::vector<Decision> decide_types(const Model& model, std::span<const uint32_t> order, const ModelFacts& facts,
                                   std::span<const RecipeTensor> tensors, RecipeOptions recipe,
                                   const PlanOptions& options, Layout& layout) {
  const bool stands_in = options.method == calibrated_method && !recipe.have_importance;
  recipe.require_importance = recipe.require_importance && !stands_in;
  std::vector<Decision> decisions = decide(facts, tensors, recipe);
  const auto needs = [](const Decision& decision) { return decision.needs_importance; };
  if (stands_in && std::any_of(decisions.begin(), decisions.end(), needs)) {
    recipe.have_importance = true;
    decisions = decide(facts, tensors, recipe);
  }
  for (size_t i = 0; i < order.size(); ++i) {
    const ModelTensor& source = model.tensors()[order[i]];
    Decision& decision = decisions[i];
    if (!decision.needs_importance) continue;
    if (is_calibrated(source, decision.type, options)) {
      decision.needs_importance = false;
      if (stands_in) ++layout.weighed_by_text;
    } else if (stands_in && options.recipe.require_importance) {
      refuse_without_importance(source.name, decision.type, *recipe.file_type);
    }
  }
  return decisions;
}

/// What the method calibrated does about a tensor that is quantized.
std::string words_on_calibration(const PlannedTensor& tensor) {
  if (tensor.method != calibrated_method) {
    return " It is not calibrated, which is for " + std::string(served_by_calibration) + ", but written by " +
           std::string(tensor.method) + '.';
  }
  return " Its codes are chosen by what it puts out; where they are no better on tokens held back, those of " +
         std::string(find_points(tensor.to) ? "llama.cpp's search, weighted by the same text," : "lowest-error") +
         " stay.";
}

/// Takes the blocks a tensor's weights come in as they are, where the output has them of that type, and gives it the
/// scale beside. In a file of type AUTO it has, as llama.cpp's conversion script writes it.
void repack(Layout& layout, const ModelTensor& source) {
  PlannedTensor& planned = layout.tensors.back();
  const Repacked& repacked = *source.repacked;
  planned.values = PlannedTensor::Values::repacked;
  planned.from = planned.type = planned.to = repacked.type;
  planned.output_bytes = format_of(repacked.type).bytes_for(source.weight_count);
  planned.wanted.reset();
  planned.reason += " Its weights come as blocks of this type, which are moved as they are, without loss.";
  if (repacked.scale_name.empty()) return;
  PlannedTensor scale = planned;
  scale.values = PlannedTensor::Values::scale;
  scale.from = scale.type = scale.to = Type::f32;
  const size_t end = scale.name.rfind(".weight");
  scale.reason = "What llama.cpp multiplies the blocks of " + scale.name + " by.";
  scale.name.replace(end, std::string::npos, ".scale");
  scale.output_bytes = format_of(Type::f32).bytes_for(repacked.scales);
  layout.tensors.push_back(std::move(scale));
}

/// Output order once more, with scales.
void sort_tensors(std::vector<PlannedTensor>& tensors) {
  const auto block = [](const PlannedTensor& tensor) {
    const auto number = block_number(tensor.name);
    return number ? static_cast<int64_t>(*number) : -1;
  };
  std::sort(tensors.begin(), tensors.end(), [&](const PlannedTensor& a, const PlannedTensor& b) {
    return block(a) != block(b) ? block(a) < block(b) : a.name < b.name;
  });
}

/// Gives a tensor that is converted its entry of the matrix, or the reason why there is none.
void find_importance(PlannedTensor& tensor, const ModelTensor& source, const ImportanceIndex& index, bool needed) {
  const ImportanceMatch match = match_importance(index, source.name, source.shape, needed);
  if (match.entry) tensor.importance = *match.entry;
  if (!match.note.empty()) tensor.reason += ' ' + match.note;
  tensor.unusable_importance = match.unusable;
}

/// Whether the text that calibrates says what the columns count, as a matrix would.
bool is_weighed_by_text(const PlannedTensor& tensor) {
  return tensor.method == calibrated_method && find_points(tensor.to) && !tensor.importance;
}

JobLimits limits_of(const PlannedTensor& tensor, uint64_t job_bytes) {
  const bool weighted = tensor.importance || is_weighed_by_text(tensor);
  return {job_bytes, weighted && codec_of(tensor.to).weighted_needs_whole_row, weighted};
}

/// The header of output file number `file`.
std::vector<uint8_t> layout_header(const Layout& layout, const Model& model, uint32_t file) {
  std::vector<OutputTensor> tensors;
  std::deque<std::vector<uint64_t>> shapes;
  const uint64_t data_start = layout.files[file].header_bytes;
  for (const PlannedTensor& tensor : layout.tensors) {
    if (tensor.file != file) continue;
    shapes.push_back(source_of(model, tensor).shape);
    tensors.push_back({tensor.name, shapes.back(), tensor.to, tensor.offset - data_start});
  }
  return write_gguf_header(layout.values[file], tensors);
}

}  // namespace

ModelTensor source_of(const Model& model, const PlannedTensor& tensor) {
  ModelTensor source = model.tensors()[tensor.source];
  if (tensor.values == PlannedTensor::Values::own) return source;
  const Repacked repacked = *source.repacked;
  source.transform = {};
  source.name = tensor.name;
  if (tensor.values == PlannedTensor::Values::repacked) {
    source.type = source.stored = repacked.type;
    source.bytes = repacked.bytes;
    source.slices = {repacked.slice};
    return source;
  }
  source.type = source.stored = Type::f32;
  source.shape = {repacked.scales};
  source.weight_count = repacked.scales;
  source.bytes = repacked.scales * sizeof(float);
  source.slices = {repacked.scale};
  return source;
}

Layout make_layout(const Model& model, const PlanOptions& options, const ImportanceFile* given) {
  const Pruning pruning(model, options);
  const std::vector<uint32_t> order = output_order(model, pruning, options.keep_split);
  std::vector<RecipeTensor> tensors;
  for (const uint32_t source : order) {
    const ModelTensor& tensor = model.tensors()[source];
    tensors.push_back({*pruning.name_of(tensor.name), tensor.shape, tensor.type, tensor.any_type, tensor.follows_f16});
  }
  check_overrides(model, options.overrides);
  pruning.check_overrides(options.overrides);
  const ImportanceFile importance = chosen_importance(options, given);
  Layout layout;
  layout.importance_used = !importance.index.entries.empty();
  RecipeOptions recipe = options.recipe;
  recipe.have_importance = recipe.have_importance || layout.importance_used;
  ModelFacts facts = model_facts(model.metadata(), options.overrides);
  facts.auto_type = model.auto_type();
  std::vector<Decision> decisions = decide_types(model, order, facts, tensors, recipe, options, layout);

  std::optional<Type> repacked;  // the last one's
  const std::vector<uint32_t> file_of = output_file_of_input(model, options.keep_split);
  for (size_t i = 0; i < order.size(); ++i) {
    const ModelTensor& source = model.tensors()[order[i]];
    Decision& decision = decisions[i];
    layout.needs_importance = layout.needs_importance || decision.needs_importance;
    if (decision.type != source.stored || !source.transform.none()) check_conversion(source, decision.type);
    layout.tensors.push_back({order[i],
                              tensors[i].name,
                              source.stored,
                              source.type,
                              decision.type,
                              decision.wanted,
                              std::move(decision.reason),
                              format_of(decision.type).bytes_for(source.weight_count),
                              file_of[source.slices[0].file],
                              0,
                              {},
                              llama_cpp,
                              0});
    if (source.repacked && (decision.type == source.repacked->type || recipe.file_type->automatic)) {
      repack(layout, source);
      repacked = source.repacked->type;
      continue;
    }
    PlannedTensor& planned = layout.tensors.back();
    if (const Quantizer* chosen = quantizer_or_default(planned.to, options.method, best_kernel())) {
      planned.method = is_calibrated(source, planned.to, options) ? calibrated_method : chosen->method;
    }
    if (options.method == calibrated_method && planned.converts() && format_of(planned.to).quantized)
      planned.reason += words_on_calibration(planned);
    if (layout.importance_used && planned.converts()) {
      find_importance(planned, source, importance.index, decision.needs_importance);
    }
  }
  if (repacked) sort_tensors(layout.tensors);
  const uint32_t file_type = repacked && recipe.file_type->automatic
                                 ? file_type_number(*repacked)
                                 : stated_file_type(model, *recipe.file_type, tensors, decisions);
  set_metadata(layout, model, options, file_type, pruning, importance_metadata(importance.index, importance.path));
  assign_offsets(layout, model);
  return layout;
}

void assign_offsets(Layout& layout, const Model& model) {
  std::vector<uint64_t> entries_bytes(layout.files.size(), 0);
  for (const PlannedTensor& tensor : layout.tensors) {
    entries_bytes[tensor.file] += tensor_entry_bytes(tensor.name, source_of(model, tensor).shape.size());
  }
  for (size_t i = 0; i < layout.files.size(); ++i) {
    layout.files[i].header_bytes = layout.files[i].bytes = gguf_header_bytes(layout.values[i], entries_bytes[i]);
  }
  for (PlannedTensor& tensor : layout.tensors) {
    OutputFile& file = layout.files[tensor.file];
    tensor.offset = file.bytes;
    file.bytes += padded_bytes(tensor.output_bytes);
    layout.tensor_bytes += tensor.output_bytes;
    layout.weight_count += source_of(model, tensor).weight_count;
  }
  for (const OutputFile& file : layout.files) layout.output_bytes += file.bytes;
}

Plan plan_of(Layout& layout, const Model& model, const PlanOptions& options) {
  Plan plan;
  plan.file_type = options.recipe.file_type;
  plan.method = options.method;
  for (const ModelFile& file : model.files()) plan.input_bytes += file.bytes;
  plan.output_bytes = layout.output_bytes;
  plan.weight_count = layout.weight_count;
  plan.bits_per_weight = layout.bits_per_weight();
  for (uint32_t i = 0; i < layout.files.size(); ++i) {
    plan.files.push_back(layout.files[i]);
    plan.files[i].header = layout_header(layout, model, i);
  }
  plan.tensors = std::move(layout.tensors);
  for (uint32_t i = 0; i < plan.tensors.size(); ++i) {
    const PlannedTensor& tensor = plan.tensors[i];
    append_jobs(plan.jobs, source_of(model, tensor), tensor, i, limits_of(tensor, options.job_bytes));
  }
  plan.memory = memory_need(plan, model);
  return plan;
}

}  // namespace nibble

#include "measure/sample_plan.h"

#include <algorithm>

#include "codec/codec.h"
#include "container/gguf_writer.h"
#include "container/text.h"
#include "error.h"
#include "plan/layout.h"
#include "recipe/tensor_kind.h"

namespace nibble {
namespace {

uint64_t rows_of(const ModelTensor& tensor) { return tensor.weight_count / tensor.shape.front(); }

/// The same for every file type: a tensor is measured when it can be quantized.
PlanOptions to_everything(PlanOptions options) {
  options.recipe.file_type = find_file_type("Q8_0");
  options.recipe.pure = true;
  options.recipe.leave_output_tensor = false;
  options.recipe.output_type.reset();
  options.recipe.token_embedding_type.reset();
  options.recipe.rules.clear();
  return options;
}

bool can_have(const ModelTensor& tensor, Type type, bool importance) {
  if (codec_of(type).quantizers.empty()) return false;
  if (tensor.shape.front() % format_of(type).block_length != 0) return false;
  const bool needs =
      format_of(type).importance == Importance::required || rule_needs_importance(tensor.name, type, false);
  return importance || !needs;
}

bool can_be_quantized(const ModelTensor& tensor) {
  return tensor.weight_count > 0 && tensor.shape.size() > 1 && reason_to_keep(tensor.name).empty() &&
         find_decoder(tensor.stored, Kernel::scalar) != nullptr;
}

}  // namespace

std::vector<Type> usual_types() {
  return {Type::q2_K, Type::q3_K, Type::iq4_xs, Type::iq4_nl, Type::q4_0, Type::q4_1,
          Type::q4_K, Type::q5_0, Type::q5_1,   Type::q5_K,   Type::q6_K, Type::q8_0};
}

SamplePlan make_sample_plan(const Model& model, const PlanOptions& asked, const MeasureOptions& options,
                            const ImportanceFile* importance) {
  if (asked.method == calibrated_method) {
    throw Error(
        "What the method \"calibrated\" leaves depends on a text, which rows of weights alone do not tell. Measure "
        "with "
        "lowest-error, or quantize and compare the answers.");
  }
  if (!asked.prune_layers.empty() || asked.no_mtp || asked.mtp_only) {
    throw Error(
        "A measurement is of all layers of a model, and the options leave some out. Measure without --prune-layers, "
        "--no-mtp and --mtp, or write the model without these layers first (COPY) and measure that file.");
  }
  const bool own_types = options.types.empty();
  PlanOptions allowed = own_types ? asked : to_everything(asked);
  allowed.recipe.allow_requantize = true;
  allowed.recipe.require_importance = false;
  allowed.keep_split = false;
  const Layout layout = make_layout(model, allowed, importance);

  SamplePlan made;
  Measurement& measurement = made.measurement;
  measurement.version = NIBBLE_VERSION;
  measurement.method = asked.method;
  for (const ModelFile& file : model.files()) measurement.files.push_back({file.name, file.bytes});
  if (const auto architecture = model.metadata().text("general.architecture")) measurement.architecture = *architecture;
  if (layout.importance_used) measurement.importance = importance->path;
  measurement.size = options.size;
  measurement.weight_count = layout.weight_count;
  measurement.kept_file_bytes = layout.output_bytes;
  measurement.kept_tensor_bytes = layout.tensor_bytes;
  for (const PlannedTensor& planned : layout.tensors) {
    const ModelTensor& source = model.tensors()[planned.source];
    const bool kept_as_tiny = asked.recipe.tiny.contains(source.name) && planned.to == source.type;
    const bool own = planned.values == PlannedTensor::Values::own;  // others are moved as they are
    if (!own || !can_be_quantized(source) || kept_as_tiny) continue;
    measurement.kept_file_bytes -= padded_bytes(planned.output_bytes);
    measurement.kept_tensor_bytes -= planned.output_bytes;
    measurement.quantized_source = measurement.quantized_source || format_of(source.type).quantized;
    MeasuredTensor tensor{
        source.name, source.shape, source.type, source.weight_count, rows_of(source), 0, planned.importance.has_value(),
        {},          {},           {}};
    const std::vector<Type> planned_type = {planned.to};
    const bool all_weighted = tensor.has_importance && planned.unusable_importance == 0;
    for (const Type type : own_types ? planned_type : options.types) {
      const bool wanted = !tensor.exact(type) && tensor.find(type) == nullptr && can_have(source, type, all_weighted);
      if (wanted) tensor.types.push_back({type, {}, {}, true});
    }
    made.plan.tensors.push_back(planned);
    measurement.tensors.push_back(std::move(tensor));
  }
  return made;
}

std::vector<SampleJob> sample_jobs(const ModelTensor& tensor, uint64_t begin, uint64_t end, uint64_t job_bytes) {
  const RowOrder order(rows_of(tensor), tensor.name);
  const uint64_t matrix_rows = tensor.shape.size() > 1 ? tensor.shape[1] : 1;
  const uint64_t length = tensor.shape.front(), row_bytes = format_of(tensor.stored).bytes_for(length);
  std::vector<uint64_t> rows;
  for (uint64_t k = begin; k < std::min(end, order.rows()); ++k) rows.push_back(order[k]);
  std::sort(rows.begin(), rows.end());
  std::vector<SampleJob> jobs;
  uint64_t bytes = 0;
  for (const uint64_t row : rows) {
    const uint64_t matrix = row / matrix_rows;
    if (jobs.empty() || jobs.back().matrix != matrix || bytes + row_bytes > job_bytes) {
      jobs.push_back({matrix, {}});
      bytes = 0;
    }
    std::vector<RowRange>& ranges = jobs.back().ranges;
    const WeightPlace place = place_of(tensor, row * length, length);
    const bool follows = !ranges.empty() && ranges.back().first_row + ranges.back().rows == row &&
                         ranges.back().file == place.file && ranges.back().offset + ranges.back().bytes == place.offset;
    if (!follows) ranges.push_back({place.file, place.offset, 0, row, 0});
    ranges.back().bytes += row_bytes;
    ranges.back().rows += 1;
    bytes += row_bytes;
  }
  return jobs;
}

}  // namespace nibble

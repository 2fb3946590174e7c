#include "output/packing_plan.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "codec/methods.h"
#include "container/companion.h"
#include "container/python_json.h"
#include "container/safetensors_writer.h"
#include "container/text.h"
#include "error.h"
#include "formats/group_formats.h"
#include "output/layer_choice.h"
#include "packing/loader_config.h"
#include "plan/jobs.h"
#include "plan/model_notes.h"
#include "recipe/tensor_kind.h"

namespace nibble {
namespace {

/// Of a job that is written by columns: large enough that most matrices are read once or twice.
constexpr uint64_t column_job_bytes = uint64_t{8} << 20;

struct Input {
  const StoredTensor* tensor;
  uint32_t file;
};

void refuse_other_options(const PlanOptions& options, const Packing& packing) {
  const RecipeOptions& recipe = options.recipe;
  if (!recipe.pure && !recipe.leave_output_tensor && !recipe.output_type && !recipe.token_embedding_type &&
      recipe.rules.empty() && options.overrides.empty() && !options.keep_split && options.prune_layers.empty() &&
      !options.no_mtp && !options.mtp_only) {
    return;
  }
  throw Error(
      "The type " + std::string(packing.name()) +
      " is written to a safetensors file; rules, types of single tensors, metadata, parts and layers to leave out are "
      "options of GGUF files. Leave them out.");
}

std::vector<Input> inputs_of(const Model& model) {
  std::set<uint32_t> used;  // files beside the model's own are left out
  for (const ModelTensor& tensor : model.tensors()) {
    for (const TensorSlice& slice : tensor.slices) used.insert(slice.file);
  }
  for (const DerivedMatrix& matrix : model.derived().matrices) used.insert(matrix.data.file);
  std::vector<Input> inputs;
  for (uint32_t i = 0; i < model.files().size(); ++i) {
    const ModelFile& file = model.files()[i];
    if (!file.contents || !used.count(i)) continue;
    if (!file.contents->tensors.empty() && file.contents->container != "safetensors") {
      throw Error("This type is written from safetensors files, and " + in_quotes(file.name) + " is a " +
                  std::string(file.contents->container) + " file. Choose one of the GGUF types.");
    }
    for (const StoredTensor& tensor : file.contents->tensors) inputs.push_back({&tensor, i});
  }
  if (inputs.empty()) throw Error("This type is written from safetensors files, and there is none.");
  return inputs;
}

/// Puts the output together: constants behind the header, then stretches, in an order that keeps every tensor aligned
/// to its numbers although the format allows no holes: stretches of a multiple of eight bytes first, then by the size
/// of their numbers.
class Planner {
 public:
  Planner(const Model& model, const PlanOptions& options)
      : model_(model),
        options_(options),
        packing_(*options.packing),
        method_(packing_method(packing_, options.method)),
        choice_(model, options) {
    packed_.plan.file_type = &packing_.type;
    packed_.plan.method = method_;
    for (uint32_t i = 0; i < model.tensors().size(); ++i) {
      const TensorSlice& slice = model.tensors()[i].slices[0];
      sources_[{slice.file, slice.offset}] = i;
    }
  }

  PackedPlan make() {
    for (const Input& input : inputs_of(model_)) add(input);
    add_network();
    if (modules_.quantized.empty()) {
      throw Error("No tensor of this model can be stored as " + std::string(packing_.name()) + ": " + first_reason_);
    }
    std::sort(modules_.quantized.begin(), modules_.quantized.end());
    std::sort(modules_.left_out.begin(), modules_.left_out.end());
    place();
    add_side_files();
    finish();
    return std::move(packed_);
  }

 private:
  /// A matrix of the input that is packed.
  struct PackedSource {
    const StoredTensor* stored = nullptr;
    uint64_t calibrated_rows = 0;  // that matrices of layers of the network are
    bool apart = false;            // the network has its values otherwise than row by row
  };
  struct Stretch {
    PackedPlanTensor planned;
    std::vector<PackedTensor> tensors;
    Input input;
    uint64_t number_bytes;  // of its largest numbers
  };

  void add(const Input& input) {
    const StoredTensor& tensor = *input.tensor;
    const uint32_t* source = find_source(input);
    const auto [reason, left_out] = choice_.fate_of(tensor, source ? model_.tensors()[*source].name : "");
    std::vector<uint64_t> shape(tensor.shape.rbegin(), tensor.shape.rend());
    if (!reason.empty()) {
      if (left_out) modules_.left_out.push_back(module_name(tensor.name));
      if (first_reason_.empty() && tensor.shape.size() == 2) first_reason_ = reason;
      PackedPlanTensor planned = planned_from(input, tensor.name, reason);
      planned.weight_count = tensor.weight_count;
      planned.output_bytes = tensor.bytes;
      planned.piece_bytes = options_.job_bytes;
      const uint64_t number_bytes = tensor.bytes / std::max<uint64_t>(1, tensor.weight_count);
      stretches_.push_back({std::move(planned),
                            {{tensor.name, tensor.dtype, std::move(shape), tensor.bytes}},
                            input,
                            tensor.shape.empty() ? 1 : std::max<uint64_t>(1, number_bytes)});
      return;
    }
    modules_.quantized.push_back(module_name(tensor.name));
    matrices_[{input.file, tensor.offset}].stored = &tensor;
    if (dtype_.empty()) dtype_ = tensor.dtype;
    PackedMatrix matrix = packed_matrix(packing_, tensor.name, shape[0], shape[1], tensor.dtype);
    for (PackedConstant& constant : matrix.constants) constants_.push_back(std::move(constant));
    add_packed(input, std::move(matrix.codes), PackedPart::codes);
    add_packed(input, std::move(matrix.scales), PackedPart::scales);
  }

  void add_packed(const Input& input, PackedStretch stretch, PackedPart part) {
    const StoredTensor& tensor = *input.tensor;
    const uint64_t number_bytes = tensor.bytes / tensor.weight_count;
    const uint64_t unit = MatrixPacker::piece_unit(packing_, tensor.shape[0]) * number_bytes;
    const uint64_t piece = std::max<uint64_t>(1, options_.job_bytes / unit) * unit;
    const bool scales = part == PackedPart::scales && !stretch.measured;
    PackedPlanTensor planned =
        planned_from(input, stretch.tensors.back().name, scales ? "Scales of the codes." : "The type asked for.");
    planned.packing = &packing_;
    planned.part = part;
    planned.measured = stretch.measured;
    planned.method = method_;
    planned.weight_count = stretch.measured ? tensor.weight_count : 0;
    planned.output_bytes = stretch.bytes();
    planned.piece_bytes = piece;
    const uint64_t largest = number_bytes_of(stretch.tensors[0]);  // the first has the largest numbers
    stretches_.push_back({std::move(planned), std::move(stretch.tensors), input, largest});
  }

  /// A stretch as it stands before anything is known of its output: copied, without weights of its own.
  PackedPlanTensor planned_from(const Input& input, std::string name, std::string reason) const {
    const StoredTensor& tensor = *input.tensor;
    PackedPlanTensor planned{};
    planned.name = std::move(name);
    planned.shape = tensor.shape;
    const uint32_t* source = find_source(input);
    planned.source = source ? *source : 0;
    planned.dtype = tensor.dtype;
    planned.type = tensor.type;
    planned.part = PackedPart::codes;
    planned.reason = std::move(reason);
    planned.input_bytes = tensor.bytes;
    return planned;
  }

  static uint64_t number_bytes_of(const PackedTensor& tensor) {
    uint64_t count = 1;
    for (const uint64_t size : tensor.shape) count *= size;
    return tensor.bytes / count;
  }

  /// Where the input is in Model::tensors(); null when it is not among them.
  const uint32_t* find_source(const Input& input) const {
    const auto found = sources_.find({input.file, input.tensor->offset});
    return found == sources_.end() ? nullptr : &found->second;
  }

  /// The packed matrix that holds a matrix of a tensor of the model, whole rows of it; null when none does.
  PackedSource* holder_of(const ModelTensor& tensor, const TensorSlice& slice) {
    auto found = matrices_.upper_bound({slice.file, slice.offset});
    if (found == matrices_.begin()) return nullptr;
    PackedSource& matrix = (--found)->second;
    const StoredTensor& stored = *matrix.stored;
    const uint64_t row_bytes = stored.bytes / stored.shape[1], from = slice.offset - stored.offset;
    const bool whole_rows = tensor.stored == stored.type && tensor.shape[0] == stored.shape[0] && from % row_bytes == 0;
    const bool inside = found->first.first == slice.file && from + tensor.bytes / tensor.slices.size() <= stored.bytes;
    return whole_rows && inside ? &matrix : nullptr;
  }

  /// What the packed matrices are in the network, and which of them are calibrated: matrices of layers.
  void add_network() {
    if (packing_.family != PackingFamily::gptq) return;
    const Format& block = planned_format(packing_.name());
    for (uint32_t i = 0; i < model_.tensors().size(); ++i) {
      const ModelTensor& tensor = model_.tensors()[i];
      std::vector<PackedSource*> holders;
      for (const TensorSlice& slice : tensor.slices) {
        if (PackedSource* holder = holder_of(tensor, slice)) holders.push_back(holder);
      }
      if (holders.empty()) continue;
      if (holders.size() < tensor.slices.size()) {
        for (PackedSource* holder : holders) holder->apart = true;
        continue;
      }
      const bool calibrated = method_ == calibrated_method && block_number(tensor.name).has_value();
      if (calibrated) {
        for (PackedSource* holder : holders)
          holder->calibrated_rows += tensor.weight_count / tensor.shape[0] / holders.size();
      }
      packed_.network.push_back({i, tensor.name, tensor.stored, tensor.type, block.type, std::nullopt,
                                 "The type asked for.", block.bytes_for(tensor.weight_count), 0, 0, std::nullopt,
                                 calibrated || method_ != calibrated_method ? method_ : lowest_error_method, 0});
    }
    if (method_ == calibrated_method) choose_calibrated();
  }

  void choose_calibrated() {
    for (const DerivedMatrix& matrix : model_.derived().matrices) {
      const auto found = matrices_.find({matrix.data.file, matrix.data.offset});
      if (found != matrices_.end()) found->second.apart = true;
    }
    uint64_t others = 0;
    for (Stretch& stretch : stretches_) {
      if (!stretch.planned.packing) continue;
      const PackedSource& matrix = matrices_.at({stretch.input.file, stretch.input.tensor->offset});
      const uint64_t rows = matrix.stored->shape[1];
      if (matrix.apart || (matrix.calibrated_rows > 0 && matrix.calibrated_rows != rows)) {
        throw Error(in_quotes(matrix.stored->name) +
                    " cannot be calibrated in a safetensors output: the network has its values in another form or in "
                    "several parts. Choose the method \"lowest-error\", or a GGUF type.");
      }
      if (matrix.calibrated_rows == rows) continue;
      stretch.planned.method = lowest_error_method;
      others += stretch.planned.part == PackedPart::codes;
    }
    if (others == 0) return;
    packed_.plan.notes.add(counted(others, "layer") +
                           " will be written by the method \"lowest-error\": the method \"calibrated\" is for "
                           "matrices of layers that the network reads a text through.");
  }

  void place() {
    std::stable_sort(stretches_.begin(), stretches_.end(), [](const Stretch& a, const Stretch& b) {
      const bool even_a = a.planned.output_bytes % 8 == 0, even_b = b.planned.output_bytes % 8 == 0;
      if (even_a != even_b) return even_a;
      return !even_a && a.number_bytes > b.number_bytes;
    });
    std::vector<SafetensorsTensor> entries;
    uint64_t end = 0;
    const auto enter = [&](const PackedTensor& tensor) {
      entries.push_back({tensor.name, tensor.dtype, tensor.shape, end, end + tensor.bytes});
      end += tensor.bytes;
    };
    for (const PackedConstant& constant : constants_) enter(constant.tensor);
    const uint64_t constant_bytes = end;
    for (Stretch& stretch : stretches_) {
      stretch.planned.offset = end;
      for (const PackedTensor& tensor : stretch.tensors) enter(tensor);
    }
    const std::array<std::pair<std::string, std::string>, 2> metadata = {
        {{"format", "pt"}, {"quantization_config", quantization_config(packing_, dtype_, modules_).dump()}}};
    OutputFile file{"", 0, 0, write_safetensors_header(entries, metadata)};
    const uint64_t data = file.header.size();
    for (const PackedConstant& constant : constants_) {
      file.header.insert(file.header.end(), constant.bytes.begin(), constant.bytes.end());
    }
    file.header_bytes = data + constant_bytes;
    file.bytes = data + end;
    packed_.plan.files.push_back(std::move(file));
    for (Stretch& stretch : stretches_) {
      stretch.planned.offset += data;
      cut(stretch);
    }
    data_bytes_ = end;
  }

  void cut(Stretch& stretch) {
    PackedPlanTensor& tensor = stretch.planned;
    const auto index = static_cast<uint32_t>(packed_.tensors.size());
    const StoredTensor& source = *stretch.input.tensor;
    const bool by_columns = tensor.packing && MatrixPacker::by_columns(*tensor.packing, tensor.part);
    // What a job's first number and its length count: bytes when copied, columns, or weights.
    uint64_t count = source.bytes, step = options_.job_bytes;
    if (by_columns && tensor.part == PackedPart::scales) {
      count = step = 1;
    } else if (by_columns) {
      count = source.shape[0];
      const uint64_t group = packing_.group;
      step = std::max<uint64_t>(1, column_job_bytes / (source.shape[1] / 2 * group)) * group;
    } else if (tensor.packing) {
      count = source.weight_count;
      step = tensor.piece_bytes * source.weight_count / source.bytes;
    }
    for (uint64_t first = 0; first < count; first += step) {
      const uint64_t length = std::min(step, count - first);
      Job job{};
      job.tensor = index;
      job.input_file = stretch.input.file;
      job.input_offset = source.offset + (by_columns ? 0 : first * source.bytes / count);
      job.input_bytes =
          by_columns ? source.bytes : (first + length) * source.bytes / count - first * source.bytes / count;
      job.output_offset = tensor.offset + output_before(tensor, first, count);
      job.output_bytes = output_before(tensor, first + length, count) - output_before(tensor, first, count);
      if (!by_columns) job.first_weight = first * source.weight_count / count;
      job.weight_count = weights_of(tensor, source, by_columns, first, length, count);
      packed_.plan.jobs.push_back(job);
      packed_.runs.push_back({first, length});
    }
    packed_.largest_piece = std::max(packed_.largest_piece, std::min(tensor.piece_bytes, source.bytes));
    packed_.tensors.push_back(std::move(tensor));
  }

  /// The weights a job accounts for: each weight of the model once, where it is copied or measured.
  static uint64_t weights_of(const PackedPlanTensor& tensor, const StoredTensor& source, bool by_columns,
                             uint64_t first, uint64_t length, uint64_t count) {
    if (tensor.packing && !tensor.measured) return 0;
    if (by_columns) return count == 1 ? source.weight_count : length * source.shape[1];
    return (first + length) * source.weight_count / count - first * source.weight_count / count;
  }

  /// Bytes of output in front of number `first` of `count`, as cut() counts them. Runs begin where this is exact.
  static uint64_t output_before(const PackedPlanTensor& tensor, uint64_t first, uint64_t count) {
    if (first == count) return tensor.output_bytes;
    if (!tensor.packing) return first;
    if (MatrixPacker::by_columns(*tensor.packing, tensor.part)) return first * (tensor.output_bytes / count);
    if (tensor.packing->family == PackingFamily::four_bit && tensor.part == PackedPart::codes) return first / 2;
    if (tensor.part == PackedPart::codes) return first;
    const uint64_t group = tensor.packing->group ? tensor.packing->group : tensor.shape[0];
    return first / group * sizeof(float);
  }

  /// A file beside the output, known before a weight is read.
  void add_file(const char* name, const std::string& text) {
    packed_.plan.files.push_back({name, text.size(), text.size(), {text.begin(), text.end()}, {}});
  }

  void add_side_files() {
    const Json config = quantization_config(packing_, dtype_, modules_);
    if (packing_.family == PackingFamily::gptq) add_file("quantize_config.json", config.dump(2) + "\n");
    if (!choice_.config().is_object()) {
      packed_.plan.notes.warn(
          "There is no config.json beside the model. Loaders need one that holds the object that the "
          "output's metadata has under quantization_config.");
      return;
    }
    Json whole = choice_.config();
    whole.set("quantization_config", config);
    add_file("config.json", with_python_numbers(whole.dump(2)) + "\n");
    std::vector<std::string> elsewhere;  // in a folder of their own
    for (uint32_t i = 0; i < model_.files().size(); ++i) {
      const ModelFile& file = model_.files()[i];
      if (!named_template(file.name).empty()) elsewhere.push_back(file.name);
      if (!is_companion(file.name) || is_shard_index(file.name) || file.name == "config.json" ||
          file.name == adapter_settings || !named_template(file.name).empty()) {
        continue;
      }
      packed_.plan.files.push_back({file.name, file.bytes, 0, {}, i});
    }
    packed_.plan.notes.add(
        "Loaders open a folder. An output named model.safetensors gets its config.json and the model's tokenizer "
        "files beside it, as they look for them; under another name these get that name in front.");
    if (elsewhere.empty()) return;
    packed_.plan.notes.add(
        counted(elsewhere.size(), "chat template") + " with a name of its own" +
        (elsewhere.size() > 1 ? ", the first being " : ": ") + in_quotes(elsewhere[0]) +
        ", is not copied: chat programs that ask for it by name want that folder beside the output.");
  }

  void note_left_out() {
    const std::vector<std::string>& names = modules_.left_out;
    if (names.empty()) return;
    packed_.plan.notes.add(counted(names.size(), "layer") + " cannot be stored as " + std::string(packing_.name()) +
                           (names.size() > 1 ? ", the first being " : ": ") + in_quotes(names[0]) +
                           ". The configuration names " + (names.size() > 1 ? "them" : "it") +
                           " where Transformers, GPTQModel and vLLM look for what is left out.");
  }

  void finish() {
    Plan& plan = packed_.plan;
    uint64_t copied = 0, copied_weights = 0;
    for (const ModelFile& file : model_.files()) plan.input_bytes += file.bytes;
    for (const OutputFile& file : plan.files) plan.output_bytes += file.bytes;
    for (const PackedPlanTensor& tensor : packed_.tensors) {
      plan.weight_count += tensor.weight_count;
      copied += !tensor.packing;
      copied_weights += tensor.packing ? 0 : tensor.weight_count;
    }
    plan.bits_per_weight =
        plan.weight_count ? 8.0 * static_cast<double>(data_bytes_) / static_cast<double>(plan.weight_count) : 0;
    if (copied > 0) {
      plan.notes.add(counted(copied, "tensor") + " with " + counted(copied_weights, "weight") +
                     " stay as they are: embeddings, output heads, norms, and what this layout cannot hold.");
    }
    note_left_out();
    add_model_notes();
    std::vector<Job> pieces = plan.jobs;
    for (Job& job : pieces) {
      job.input_bytes = std::min(job.input_bytes, packed_.largest_piece);
      const PackedPlanTensor& tensor = packed_.tensors[job.tensor];
      if (!tensor.packing || tensor.method != calibrated_method) continue;
      const uint64_t weight_count = job.input_bytes / format_of(tensor.type).block_bytes;
      job.input_bytes += planned_format(packing_.name()).bytes_for(weight_count);  // the blocks that were chosen
    }
    plan.memory.shared_bytes = plan.jobs.size() * sizeof(Job) + packed_.tensors.size() * sizeof(PackedPlanTensor);
    for (const OutputFile& file : plan.files) plan.memory.shared_bytes += file.header_bytes;
    plan.memory.per_worker_bytes = worker_bytes(pieces, model_.derived().bytes() > 0);
  }

  /// What concerns GGUF files does not concern this output.
  void add_model_notes() {
    Notes notes = model_notes(model_);
    std::erase_if(notes.list, [](const Note& note) { return note.gguf_only; });
    notes.append(packed_.plan.notes);
    notes.put_warnings_first();
    packed_.plan.notes = std::move(notes);
  }

  const Model& model_;
  const PlanOptions& options_;
  const Packing& packing_;
  std::string_view method_;
  LayerChoice choice_;
  PackedPlan packed_;
  std::map<std::pair<uint32_t, uint64_t>, uint32_t> sources_;  // by file and offset
  std::vector<PackedConstant> constants_;
  std::vector<Stretch> stretches_;
  std::map<std::pair<uint32_t, uint64_t>, PackedSource> matrices_;  // by file and offset
  std::string dtype_, first_reason_;
  LoaderModules modules_;
  uint64_t data_bytes_ = 0;
};

}  // namespace

PackedPlan make_packed_plan(const Model& model, const PlanOptions& options) {
  refuse_other_options(options, *options.packing);
  return Planner(model, options).make();
}

}  // namespace nibble

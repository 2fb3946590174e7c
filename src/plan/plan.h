#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "container/importance.h"
#include "model/model.h"
#include "note.h"
#include "plan/options.h"

/// What a run will do, computed from headers alone: every input range, every output offset, the whole output header and
/// every reason are fixed before a weight is read. Sizes and offsets are bytes.
namespace nibble {

/// An importance matrix given beside the model.
struct ImportanceFile {
  std::string path;  ///< as it was given; the output's metadata repeats it
  ImportanceIndex index;
};

/// The tensor that an entry of a matrix is for; null when the model has none of that name and size.
const ModelTensor* tensor_of(const ImportanceEntry& entry, const Model& model);

/// One tensor of the output. Tensors are in output order.
struct PlannedTensor {
  uint32_t source;   ///< index into Model::tensors()
  std::string name;  ///< in the output: the model's own, unless layers are left out
  Type from;         ///< of the bytes in the files
  Type type;         ///< in the GGUF file the model stands for
  Type to;
  std::optional<Type> wanted;                 ///< what the rules asked for, when another type had to be taken
  std::string reason;                         ///< why this type, in sentences
  uint64_t output_bytes;                      ///< without padding
  uint32_t file;                              ///< output file
  uint64_t offset;                            ///< from the start of that file
  std::optional<ImportanceEntry> importance;  ///< what the matrix has for it, when it is converted
  std::string_view method;                    ///< the one asked for, or llama.cpp where the type has no other
  uint64_t unusable_importance = 0;           ///< matrices of it that go without what the matrix has for them
  enum class Values : uint8_t { own, repacked, scale };
  Values values = Values::own;  ///< which of the source's: see ModelTensor::repacked

  /// Gets another type than it has in the GGUF file the model stands for; otherwise it counts as copied, even when its
  /// bytes are stored differently there.
  bool converts() const { return type != to; }
};

/// What a planned tensor is made from: the model's tensor, or its values in another form.
ModelTensor source_of(const Model& model, const PlannedTensor& tensor);

/// One file of the output.
struct OutputFile {
  /// What follows the output's name where it begins with a hyphen; empty for the output itself; otherwise the name of a
  /// file that belongs beside it.
  std::string suffix;
  uint64_t bytes;
  uint64_t header_bytes;
  std::vector<uint8_t> header;           ///< empty in a price
  std::optional<uint32_t> copy_of = {};  ///< the input file that it repeats whole
};

/// A run of one tensor: a piece of one row, or whole rows. In output order; padding follows the last run of a tensor.
struct Job {
  uint32_t tensor;  ///< index into Plan::tensors
  uint32_t input_file;
  uint64_t input_offset, input_bytes;
  uint32_t output_file;
  uint64_t output_offset, output_bytes;
  uint32_t padding;  ///< zero bytes to write after the output
  uint64_t first_weight, weight_count;
};

/// What running a plan takes at most, beside an idle page.
struct MemoryNeed {
  uint64_t shared_bytes;      ///< headers and the plan itself
  uint64_t per_worker_bytes;  ///< the largest job's input and output, and the scratch of its conversion
};

struct Plan {
  const FileType* file_type;
  std::string method;
  uint64_t input_bytes = 0;   ///< the model's files, headers included
  uint64_t output_bytes = 0;  ///< all output files
  uint64_t weight_count = 0;
  double bits_per_weight = 0;  ///< tensor data of the output x 8 / weights
  std::vector<OutputFile> files;
  std::vector<PlannedTensor> tensors;
  std::vector<Job> jobs;
  Notes notes;  ///< what a person should know before running, of the model too; warnings first
  MemoryNeed memory{};
};

/// What an output would weigh: a plan without its jobs.
struct Price {
  uint64_t output_bytes;
  double bits_per_weight;
  uint64_t substitutions;  ///< tensors that cannot have the type their rule asks for
  bool needs_importance;   ///< cannot be made without an importance matrix, and none was given
};

/// Plans a run. `importance` is null when no matrix was given. Throws Error when it cannot be done as asked.
Plan make_plan(const Model& model, const PlanOptions& options, const ImportanceFile* importance = nullptr);

/// Which rules of the options speak of no tensor, as the plan's notes say; empty when there is no such rule.
std::string note_on_idle_rules(const Model& model, const PlanOptions& options);

/// Exactly what make_plan() would say, without jobs and headers: quick enough for a list of all file types. A type that
/// needs an importance matrix is priced as if there were one, but for the metadata that names it. Throws Error when it
/// could not be done even then.
Price make_price(const Model& model, PlanOptions options, const ImportanceFile* importance = nullptr);

}  // namespace nibble

#include "model/reverted_model.h"

#include <algorithm>
#include <map>

#include "architecture/architecture.h"
#include "container/text.h"
#include "error.h"
#include "tokenizer/reverted_tokenizer.h"

namespace nibble {
namespace {

uint64_t count_of(std::span<const uint64_t> shape) {
  uint64_t count = 1;
  for (const uint64_t size : shape) count *= size;
  return count;
}

/// Whether a part is one stretch of its tensor.
bool is_stretch(const DerivedPart& part) {
  if (part.computes() || part.matrix == DerivedPart::zeros) return false;
  uint64_t length = 1;
  for (const Axis& axis : part.axes) {
    if (axis.count > 1 && axis.stride != length) return false;
    length *= axis.count;
  }
  return true;
}

class Builder {
 public:
  Builder(const Assembly& gguf, std::span<const ModelFile> files, Assembly& folder)
      : gguf_(gguf), file_(static_cast<uint32_t>(files.size() + 1)), folder_(folder) {}

  void add(RevertedTensor&& tensor) {
    const auto stored = std::find_if(tensor.parts.begin(), tensor.parts.end(),
                                     [](const DerivedPart& part) { return part.matrix != DerivedPart::zeros; });
    const ModelTensor& first = gguf_.tensors[stored == tensor.parts.end() ? 0 : stored->matrix];
    const Format& format = format_of(first.stored);
    const uint64_t weight_count = count_of(tensor.shape);
    ModelTensor made{std::move(tensor.name),
                     std::move(tensor.shape),
                     first.stored,
                     first.stored,
                     weight_count,
                     format.bytes_for(weight_count),
                     {},
                     {0, tensor.add},
                     {}};
    if (tensor.parts.size() == 1 && is_stretch(tensor.parts[0]) && tensor.parts[0].first % format.block_length == 0) {
      const TensorSlice& slice = first.slices[0];
      made.slices.push_back({slice.file, slice.offset + format.bytes_for(tensor.parts[0].first)});
    } else if (weight_count == 0) {
      made.slices.push_back(first.slices[0]);
    } else {
      made.slices.push_back(derive(made, tensor));
    }
    made.any_type = !tensor.precise;
    folder_.tensors.push_back(std::move(made));
  }

 private:
  TensorSlice derive(const ModelTensor& made, const RevertedTensor& tensor) {
    const uint64_t block = format_of(made.stored).block_length;
    DerivedTensor derived{made.stored, tensor.parts, tensor.woven};
    for (DerivedPart& part : derived.parts) {
      if (part.matrix == DerivedPart::zeros) {
        part.axes[0].count /= block;
        continue;
      }
      const ModelTensor& source = gguf_.tensors[part.matrix];
      if (source.stored != made.stored) {
        throw Error("The values of " + in_quotes(made.name) +
                    " are in tensors of different types, which cannot be put together. Export a GGUF file of F32, F16 "
                    "or BF16.");
      }
      if (!count_in_blocks(part, block)) {
        throw Error("The values of " + in_quotes(made.name) + " do not lie in whole blocks of type " +
                    std::string(format_of(made.stored).name) + " in " + in_quotes(source.name) +
                    ", so that they cannot be moved without decoding. Make the file F32, F16 or BF16 first.");
      }
      part.matrix = matrix_of(part.matrix);
    }
    return {file_, folder_.derived.add(std::move(derived))};
  }

  /// The number of a tensor of the GGUF model among the derived file's matrices, which count blocks as columns.
  uint32_t matrix_of(uint32_t tensor) {
    const auto [found, added] = matrices_.emplace(tensor, static_cast<uint32_t>(folder_.derived.matrices.size()));
    if (added) {
      const ModelTensor& source = gguf_.tensors[tensor];
      const TensorSlice& slice = source.slices[0];
      DerivedMatrix matrix;
      matrix.columns = source.shape[0] / format_of(source.stored).block_length;
      matrix.rows = source.weight_count / source.shape[0];
      matrix.data = {slice.file, slice.offset, source.stored, matrix.rows, matrix.columns};
      folder_.derived.matrices.push_back(std::move(matrix));
    }
    return found->second;
  }

  const Assembly& gguf_;
  uint32_t file_;
  Assembly& folder_;
  std::map<uint32_t, uint32_t> matrices_;
};

}  // namespace

Assembly reverted(const Assembly& gguf, const GgufHeader& metadata, std::span<const ModelFile> files,
                  const NamedValues& values) {
  std::vector<SourceTensor> tensors;
  for (const ModelTensor& tensor : gguf.tensors) tensors.push_back({tensor.name, tensor.shape, tensor.stored});
  RevertedModel model = revert_to_hugging_face(metadata, tensors, values);
  Assembly folder;
  folder.container = gguf.container;
  folder.shards = gguf.shards;
  folder.config = std::move(model.config);
  folder.notes = gguf.notes;
  folder.notes.append(model.notes);
  folder.tokenizer = revert_tokenizer(metadata, folder.config, model.vocabulary, folder.notes);
  Builder builder(gguf, files, folder);
  for (RevertedTensor& tensor : model.tensors) builder.add(std::move(tensor));
  return folder;
}

}  // namespace nibble

#include "model/adapter_tensors.h"

#include <algorithm>
#include <map>
#include <set>

#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

class AdapterTensors {
 public:
  AdapterTensors(const AdapterContents& adapter, std::span<const StoredLayer> layers, uint32_t file, Assembly& assembly)
      : layers_(layers), file_(file), assembly_(assembly) {
    for (const AdapterLayer& one : adapter.layers) {
      const auto number = static_cast<uint32_t>(assembly.derived.matrices.size());
      assembly.derived.matrices.push_back(alone(one.down));
      assembly.derived.matrices.push_back(alone(one.up));
      changed_[one.layer] = {number, number + 1, one.down.rows, one.down.columns};
    }
  }

  void add(const ConvertedTensor& tensor) {
    const auto is_changed = [&](uint32_t source) { return changed_.contains(source); };
    const auto count = std::count_if(tensor.sources.begin(), tensor.sources.end(), is_changed);
    if (count == 0) return;
    if (static_cast<size_t>(count) < tensor.sources.size()) {
      throw Error("The adapter changes " + std::to_string(count) + " of the " + std::to_string(tensor.sources.size()) +
                  " matrices that become " + in_quotes(tensor.name) +
                  ", and a GGUF adapter changes all or none. Merge it into the model.");
    }
    const Changed& first = changed_.at(tensor.sources[0]);
    std::vector<DerivedPart> down, up;
    for (const uint32_t source : tensor.sources) {
      const Changed& one = changed_.at(source);
      if (one.rank != first.rank || one.columns != first.columns) refuse(tensor);
      down.push_back({one.down, 0, {{one.columns, 1}, {one.rank, one.columns}}, {}, false});
      if (tensor.parts.empty()) up.push_back(rows_of(one, layers_[source].matrix.rows, tensor.heads));
      used_.insert(source);
    }
    for (const DerivedPart& part : tensor.parts) up.push_back(rows_like(part, tensor));
    const uint64_t matrices = tensor.shape.size() > 2 ? tensor.shape[2] : 1;
    if (matrices != tensor.sources.size() || tensor.shape.size() < 2 || tensor.shape[0] != first.columns)
      refuse(tensor);
    put(tensor.name + ".lora_a", {first.columns, first.rank, matrices}, std::move(down));
    put(tensor.name + ".lora_b", {first.rank, tensor.shape[1], matrices}, std::move(up));
  }

  void expect_all_used() const {
    for (const auto& [layer, one] : changed_) {
      if (used_.contains(layer)) continue;
      throw Error("The adapter changes " + in_quotes(layers_[layer].tensor.name) +
                  ", which llama.cpp's model does not have. Merge it into the model.");
    }
  }

 private:
  struct Changed {
    uint32_t down, up;  // among the derived file's matrices
    uint64_t rank, columns;
  };

  [[noreturn]] static void refuse(const ConvertedTensor& tensor) {
    throw Error("llama.cpp wants the rows of " + in_quotes(tensor.name) +
                " cut or turned, so that no GGUF adapter can change it. Merge the adapter into the model.");
  }

  static DerivedMatrix alone(const StoredMatrix& stored) {
    DerivedMatrix matrix;
    matrix.data = stored;
    matrix.rows = stored.rows;
    matrix.columns = stored.columns;
    return matrix;
  }

  /// All rows of B, those of each of `heads` heads with their halves interleaved (numeric/stored_row.h).
  static DerivedPart rows_of(const Changed& one, uint64_t rows, uint64_t heads) {
    const uint64_t rank = one.rank;
    if (heads == 0) return {one.up, 0, {{rank, 1}, {rows, rank}}, {}, false};
    const uint64_t head_rows = rows / heads, half = head_rows / 2;
    return {one.up, 0, {{rank, 1}, {2, half * rank}, {half, rank}, {heads, head_rows * rank}}, {}, false};
  }

  /// The rows of B where a view has the rows of the layer.
  DerivedPart rows_like(const DerivedPart& part, const ConvertedTensor& tensor) const {
    const auto found = changed_.find(part.matrix);
    if (part.matrix == DerivedPart::zeros || found == changed_.end() || part.minus_exp || part.reciprocal) {
      refuse(tensor);
    }
    const auto& [down, up, rank, columns] = found->second;
    const bool whole =
        !part.axes.empty() && part.axes[0].count == columns && part.axes[0].stride == 1 && part.first % columns == 0;
    if (!whole) refuse(tensor);
    DerivedPart rows{up, part.first / columns * rank, {{rank, 1}}, part.factors, false};
    for (size_t i = 1; i < part.axes.size(); ++i) {
      if (part.axes[i].stride % columns != 0) refuse(tensor);
      rows.axes.push_back({part.axes[i].count, part.axes[i].stride / columns * rank});
    }
    return rows;
  }

  void put(std::string name, std::vector<uint64_t> shape, std::vector<DerivedPart> parts) {
    while (shape.size() > 1 && shape.back() == 1) shape.pop_back();
    DerivedTensor made{Type::f32, std::move(parts)};
    const uint64_t bytes = made.bytes();
    uint64_t weight_count = 1;
    for (const uint64_t size : shape) weight_count *= size;
    const uint64_t offset = assembly_.derived.add(std::move(made));
    assembly_.tensors.push_back({std::move(name),
                                 std::move(shape),
                                 Type::f32,
                                 Type::f32,
                                 weight_count,
                                 bytes,
                                 {{file_, offset}},
                                 {},
                                 "adapter",
                                 true});
  }

  std::span<const StoredLayer> layers_;
  uint32_t file_;
  Assembly& assembly_;
  std::map<size_t, Changed> changed_;
  std::set<size_t> used_;
};

}  // namespace

void assemble_adapter(const AdapterContents& adapter, const ConvertedModel& model, std::span<const StoredLayer> layers,
                      uint32_t file, Assembly& assembly) {
  AdapterTensors tensors(adapter, layers, file, assembly);
  for (const ConvertedTensor& tensor : model.tensors) tensors.add(tensor);
  tensors.expect_all_used();
  assembly.auto_type = Type::f32;
  assembly.container = "LoRA adapter";
  assembly.notes.add("The output is the adapter alone, to be loaded beside the model (llama-cli --lora): " +
                     counted(adapter.layers.size(), "layer") + " of the model change.");
}

}  // namespace nibble

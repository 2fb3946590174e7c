#pragma once
#include <string>
#include <vector>

#include "packing/matrix_packer.h"
#include "plan/plan.h"

namespace nibble {

/// A stretch of the output that is made from one tensor of the input: tensors that follow one another.
struct PackedPlanTensor {
  std::string name;             ///< of the last of them
  std::vector<uint64_t> shape;  ///< of the input, innermost first
  uint32_t source;              ///< index into Model::tensors(), where the input is one of them; otherwise 0
  std::string dtype;            ///< of the input
  Type type;                    ///< of the input
  const Packing* packing;       ///< null: copied
  PackedPart part;
  bool measured;
  std::string_view method;  ///< of what is packed
  std::string reason;
  uint64_t weight_count;  ///< of the input, counted where they are measured
  uint64_t input_bytes, output_bytes;
  uint64_t offset;       ///< from the start of the output file
  uint64_t piece_bytes;  ///< how much of a job's input to feed at once
};

/// A plan whose output is a safetensors file, and the small files loaders want beside it. Plan::tensors is empty, and
/// Job::tensor counts `tensors`. A job of a stretch that is written by columns has the whole tensor as its input.
struct PackedPlan {
  Plan plan;
  std::vector<PackedPlanTensor> tensors;
  /// Of GPTQ layouts: the matrices of the network that are packed, as they would be stored in groups
  /// (formats/group_formats.h). One of them may lie in several of `tensors` (experts), or several in one.
  std::vector<PlannedTensor> network;
  /// What a MatrixPacker is to begin for each job: first and count.
  struct Run {
    uint64_t first, count;
  };
  std::vector<Run> runs;
  uint64_t largest_piece = 0;
};

/// Plans it. Matrices are packed as LayerChoice says, everything else is copied. Throws Error when the model is not
/// made of safetensors files, is quantized already, or the options speak of GGUF.
PackedPlan make_packed_plan(const Model& model, const PlanOptions& options);

/// Plan of web/src/wasm/types/plan.ts. `model` is the one that was planned for.
std::string packed_plan_json(const PackedPlan& packed, const Model& model);

}  // namespace nibble

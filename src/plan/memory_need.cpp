#include "plan/memory_need.h"

#include <algorithm>

#include "derived/derived_reader.h"
#include "plan/jobs.h"

namespace nibble {
namespace {

/// Rough sizes of one entry of the plan as the page holds it, for the memory figure.
constexpr uint64_t tensor_record_bytes = 1024, job_record_bytes = 256;

/// What adapters take of a worker.
uint64_t added_bytes(const DerivedFile& derived) {
  uint64_t most = 0;
  for (const DerivedMatrix& matrix : derived.matrices) {
    uint64_t rank = 0;
    for (const LowRank& one : matrix.added) rank += one.down.rows;
    most = std::max(most, rank * DerivedReader::rank_bytes(matrix.rows, matrix.columns));
  }
  return most;
}

}  // namespace

MemoryNeed memory_need(const Plan& plan, const Model& model) {
  MemoryNeed need{plan.tensors.size() * tensor_record_bytes + plan.jobs.size() * job_record_bytes, 0};
  need.shared_bytes += model.metadata().bytes.size();
  for (const ModelFile& file : model.files()) {
    const auto& header = file.contents->header;
    if (header && &*header != &model.metadata()) need.shared_bytes += header->bytes.size();
  }
  for (const OutputFile& file : plan.files) need.shared_bytes += file.header_bytes;
  uint64_t importance_bytes = 0;
  for (const PlannedTensor& tensor : plan.tensors) {
    if (tensor.importance) importance_bytes = std::max(importance_bytes, tensor.importance->values_bytes());
  }
  need.shared_bytes += 2 * importance_bytes;  // as stored, and as numbers
  need.per_worker_bytes =
      worker_bytes(plan.jobs, model.derived().bytes() > 0) + added_bytes(model.derived()) + importance_bytes;
  return need;
}

}  // namespace nibble

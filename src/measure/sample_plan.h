#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "measure/measurement.h"
#include "plan/plan.h"

/// What a measure pass reads: computed from headers alone, like a plan.
namespace nibble {

struct MeasureOptions {
  std::vector<Type> types;  ///< to measure; empty: for each tensor the one it gets in the plan
  SampleSize size;
};

/// Reads the JSON form (MeasureOptions of web/src/wasm/types). Throws Error for anything it does not understand.
MeasureOptions parse_measure_options(std::string_view json);

/// The types measured when nobody says: the usual ones that need no importance matrix.
std::vector<Type> usual_types();

struct SamplePlan {
  Plan plan;                ///< of its tensors only `tensors` counts: those to measure, with their importance
  Measurement measurement;  ///< its tensors are those of `plan`, nothing is measured yet
};

/// Chooses what to measure. Of `plan` the method and what concerns the importance matrix and the source count; when the
/// types are the plan's own, everything counts. Types whose blocks do not fit a tensor's rows, or that it must not have
/// without importance, are left out of it. Throws Error for the method calibrated.
SamplePlan make_sample_plan(const Model& model, const PlanOptions& plan, const MeasureOptions& options,
                            const ImportanceFile* importance);

/// Consecutive rows of one matrix of a tensor, as they lie in a file.
struct RowRange {
  uint32_t file;
  uint64_t offset, bytes;
  uint64_t first_row, rows;
};

/// What one job reads: ranges of one matrix, so that one row of importance serves all.
struct SampleJob {
  uint64_t matrix;  ///< of a stack of experts; 0 otherwise
  std::vector<RowRange> ranges;
};

/// Jobs for the rows that come begin-th to end-th in the sample of a tensor, each of at most `job_bytes` unless a row
/// has more. Rows are read in the order of the file.
std::vector<SampleJob> sample_jobs(const ModelTensor& tensor, uint64_t begin, uint64_t end, uint64_t job_bytes);

/// SamplePlan and SampleJob[] of web/src/wasm/types.
std::string sample_plan_json(const SamplePlan& plan);
std::string sample_jobs_json(const std::vector<SampleJob>& jobs);
/// { tensor name: type name } of what a plan converts or copies.
std::string assignment_json(const Model& model, const PlanOptions& options, const ImportanceFile* importance);

}  // namespace nibble

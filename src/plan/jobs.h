#pragma once
#include "plan/plan.h"

namespace nibble {

/// How one tensor's rows may be cut.
struct JobLimits {
  uint64_t job_bytes;  ///< of input; a job has more only where a single unit has
  bool whole_rows;     ///< a row must not be cut, however long
  bool whole_slices;   ///< a job must not cross from one matrix of a stack to the next
};

/// Appends the jobs of plan tensor number `index`, which is made from `source`. Throws Error when there would be
/// absurdly many.
void append_jobs(std::vector<Job>& jobs, const ModelTensor& source, const PlannedTensor& tensor, uint32_t index,
                 const JobLimits& limits);

/// An upper bound of what a worker holds while it runs one of these jobs. `derives`: values are moved or decoded while
/// they are read.
uint64_t worker_bytes(const std::vector<Job>& jobs, bool derives);

}  // namespace nibble

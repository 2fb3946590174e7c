#pragma once
#include "plan/plan.h"

namespace nibble {

/// What running a plan whose jobs are made takes at most.
MemoryNeed memory_need(const Plan& plan, const Model& model);

}  // namespace nibble

#pragma once
#include <cstdint>

#include "model/model.h"

namespace nibble {

/// What else can be made of the files of a model, and what can be added to it or left out. Known from headers; making
/// it may still be refused, with the reason.
struct Offers {
  bool folder = false;         ///< the Hugging Face folder that the GGUF file was converted from: Model::revert()
  bool projector = false;      ///< what looks at images, as a file beside: Model::choose_projector()
  bool adapters = false;       ///< adapters can be merged into it, or be written by themselves (model/adapter.h)
  bool dense_modules = false;  ///< it has layers behind the pooling, to be offered with it (model/dense_modules.h)
  uint64_t next_layers = 0;    ///< that predict further tokens, behind the others: PlanOptions::no_mtp, mtp_only
};

/// `model` is complete.
Offers offers_of(const Model& model);

}  // namespace nibble

#include "architecture/experts.h"

namespace nibble::architecture::experts {

void prepare(const Preparation& preparation) {
  Sizes& sizes = preparation.sizes;
  const uint64_t leading = preparation.config.whole("first_k_dense_replace").value_or(0);
  const std::string further = "model.layers." + std::to_string(sizes.layers) + ".eh_proj.weight";
  if (preparation.has(further)) sizes.next_layers = preparation.config.whole("num_nextn_predict_layers").value_or(1);
  for (uint64_t layer = 0; layer < sizes.all_layers(); ++layer) {
    sizes.kinds.push_back((layer < leading ? dense : routed) | (layer < sizes.layers ? 0 : next));
  }
}

}  // namespace nibble::architecture::experts

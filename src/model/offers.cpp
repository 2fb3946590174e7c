#include "model/offers.h"

#include <algorithm>

#include "architecture/projector.h"
#include "architecture/revert.h"
#include "container/companion.h"
#include "model/dense_modules.h"

namespace nibble {
namespace {

bool looks_at_images(const Model& model) {
  for (const ModelFile& file : model.files()) {
    if (file.name != "config.json") continue;
    const std::vector<uint8_t>& text = file.contents->whole;
    return has_projector(HuggingFaceConfig({reinterpret_cast<const char*>(text.data()), text.size()}));
  }
  return false;
}

}  // namespace

Offers offers_of(const Model& model) {
  const GgufHeader& metadata = model.metadata();
  const std::string architecture = metadata.text("general.architecture").value_or("");
  const uint64_t layers = metadata.number(architecture + ".block_count").value_or(0);
  const uint64_t next = metadata.number(architecture + ".nextn_predict_layers").value_or(0);
  Offers offers;
  offers.next_layers = next < layers ? next : 0;
  if (model.container() == "GGUF") {
    offers.folder = model.reverted_config().empty() && is_led_back(architecture);
    return offers;
  }
  if (model.container() != "Hugging Face folder") return offers;
  // An adapter by itself, and what looks at images, are no models to go on from.
  offers.adapters = metadata.text("general.type").value_or("model") == "model";
  if (!offers.adapters) return offers;
  offers.projector = looks_at_images(model);
  offers.dense_modules = architecture == dense_architecture &&
                         std::any_of(model.files().begin(), model.files().end(),
                                     [](const ModelFile& file) { return is_dense_settings(file.name); });
  return offers;
}

}  // namespace nibble

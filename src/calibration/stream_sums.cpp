#include "calibration/stream_sums.h"

#include "error.h"

namespace nibble::calibration {
namespace {

using network::Forward;
using network::lanes;
using network::ProductInput;
using network::SequencePanels;

/// What one residual stream has more than another.
class StreamDifference : public ProductInput {
 public:
  StreamDifference(const Forward& original, const Forward& model) : original_(original), model_(model) {}
  const float* block(size_t panel, size_t first, size_t count, float* scratch) const override {
    const float* from = original_.residual_at(panel) + first * lanes;
    const float* less = model_.residual_at(panel) + first * lanes;
    for (size_t i = 0; i < count * lanes; ++i) scratch[i] = from[i] - less[i];
    return scratch;
  }

 private:
  const Forward &original_, &model_;
};

std::span<const SequencePanels> sequences_of(const std::vector<SequencePanels>& places, const SumsRange& range) {
  if (range.first_sequence + range.sequences > places.size())
    throw Error("There are no such sequences in this pass. This is a fault in the program.");
  return std::span(places).subspan(range.first_sequence, range.sequences);
}

/// use(left, right, sequences) with what the sums are of.
template <class Use>
void with_sides(Sums sums, const Forward* original, const Forward& model, const SumsRange& range, Use use) {
  model.with_input([&](const ProductInput& input, size_t channels, const std::vector<SequencePanels>& places) {
    if (range.first_column + range.columns > channels)
      throw Error("There are no such columns in this step. This is a fault in the program.");
    const std::span<const SequencePanels> sequences = sequences_of(places, range);
    const Channels right{&input, range.first_column, range.columns};
    if (sums == Sums::inputs) return use(right, right, sequences);
    if (original == nullptr) throw Error("There is no second network to compare with. This is a fault in the program.");
    if (sums == Sums::residual) {
      const StreamDifference difference(*original, model);
      return use(Channels{&difference, 0, static_cast<size_t>(model.network().embedding)}, right, sequences);
    }
    original->with_input([&](const ProductInput& left, size_t, const std::vector<SequencePanels>&) {
      use(Channels{&left, range.first_column, range.columns}, right, sequences);
    });
  });
}

}  // namespace

std::vector<float> sums_over_tokens(Sums sums, const Forward* original, const Forward& model, const SumsRange& range,
                                    Kernel kernel) {
  std::vector<float> found;
  with_sides(sums, original, model, range, [&](const Channels& left, const Channels& right, auto sequences) {
    found = input_products(left, right, sequences, kernel);
  });
  return found;
}

ProductTerms terms_of_sums(Sums sums, const Forward* original, const Forward& model, const SumsRange& range) {
  ProductTerms terms;
  with_sides(sums, original, model, range, [&](const Channels& left, const Channels& right, auto sequences) {
    terms = product_terms(left, right, sequences);
  });
  return terms;
}

size_t tokens_that_meet(const Forward& model, const SumsRange& range) {
  size_t tokens = 0;
  model.with_input([&](const ProductInput&, size_t, const std::vector<SequencePanels>& places) {
    for (const SequencePanels& sequence : sequences_of(places, range)) tokens += sequence.tokens;
  });
  return tokens;
}

}  // namespace nibble::calibration

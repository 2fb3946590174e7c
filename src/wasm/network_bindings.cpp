#include <emscripten/bind.h>

#include <memory>
#include <optional>

#include "calibration/stream_sums.h"
#include "network/answers.h"
#include "network/pass_json.h"
#include "network/predictions.h"
#include "network/streams.h"
#include "wasm/bound_token_encoder.h"

/// Classes TokenEncoder, Pass and Answers, and multiplyPanels(), of web/src/wasm/nibble.d.ts.
namespace nibble {
namespace {

using bound::sentence_of;
using network::Op;

class BoundPass {
 public:
  explicit BoundPass(const std::string& request) {
    problem_ = sentence_of([&] {
      network::PassRequest asked = network::parse_pass_request(request);
      kernel_ = bound::kernel_named(asked.kernel);
      for (auto& [one, channels] : asked.networks)
        forwards_.push_back(std::make_unique<network::Forward>(one, channels, asked.sequences, kernel_));
      if (forwards_.empty() || forwards_.size() > 2) throw Error("A pass runs one network, or two to be compared.");
      predictions_.emplace(*forwards_[0], forwards_.size() > 1 ? forwards_[1].get() : nullptr, kernel_);
    });
  }

  std::string problem() const { return problem_; }

  std::string begin(unsigned which, const std::string& step) {
    return sentence_of([&] {
      const network::StepOrder order = network::parse_step(step);
      op_ = order.step.op;
      forward(which).begin(order.step, order.form, order.observe, order.other, order.threshold);
    });
  }

  std::string begin_tile(unsigned which, uintptr_t tile, double first_row, double rows) {
    return sentence_of([&] {
      forward(which).begin_tile(bound::bytes_at(tile), static_cast<uint64_t>(first_row), static_cast<uint64_t>(rows));
    });
  }

  std::string order(unsigned which) {
    return bound::answer(
        [&] { return network::product_order_json(forward(which).order(), forward(which).input_number()); });
  }

  std::string copy_input(unsigned which, size_t first_panel, size_t panels, uintptr_t to) {
    return sentence_of(
        [&] { network::copy_input(forward(which).order(), first_panel, panels, reinterpret_cast<float*>(to)); });
  }

  std::string fill(unsigned which, size_t first_panel, size_t panels, uintptr_t product) {
    return sentence_of([&] { network::fill(forward(which).order(), first_panel, panels, bound::floats_at(product)); });
  }

  std::string multiply(unsigned which, size_t first_panel) {
    return sentence_of([&] { forward(which).multiply(first_panel); });
  }

  std::string end_tile(unsigned which) {
    return sentence_of([&] {
      forward(which).end_tile();
      if (op_ == Op::logits && which + 1 == forwards_.size()) predictions_->take();
    });
  }

  std::string begin_contrast(unsigned which, uintptr_t tile, double first_row, double rows) {
    return sentence_of([&] {
      forward(which).begin_contrast(bound::bytes_at(tile), static_cast<uint64_t>(first_row),
                                    static_cast<uint64_t>(rows));
    });
  }

  std::string end(unsigned which) {
    return sentence_of([&] {
      const network::Observation seen = forward(which).end();
      result_.clear();
      const network::ColumnMagnitudes& magnitudes = seen.magnitudes;
      for (const auto* part : {&seen.sums, &seen.counts, &seen.contrast, &magnitudes.beyond, &magnitudes.largest})
        result_.insert(result_.end(), part->begin(), part->end());
    });
  }

  std::string streams() {
    return sentence_of([&] { result_ = network::stream_errors(*forwards_.at(0), *forwards_.at(1)); });
  }

  std::string figures() {
    return sentence_of([&] { result_ = network::figure_values(predictions_->figures()); });
  }

  /// `sums`: number of calibration::Sums.
  std::string sums(unsigned which, unsigned sums, size_t first_sequence, size_t sequences, size_t first_column,
                   size_t columns) {
    return sentence_of([&] {
      const calibration::SumsRange range{first_sequence, sequences, first_column, columns};
      const network::Forward& model = forward(which);
      sums_ = calibration::sums_over_tokens(static_cast<calibration::Sums>(sums),
                                            which > 0 ? forwards_[0].get() : nullptr, model, range, kernel_);
    });
  }
  std::string sum_terms(unsigned which, unsigned sums, size_t first_sequence, size_t sequences, size_t first_column,
                        size_t columns) {
    return sentence_of([&] {
      terms_ =
          calibration::terms_of_sums(static_cast<calibration::Sums>(sums), which > 0 ? forwards_[0].get() : nullptr,
                                     forward(which), {first_sequence, sequences, first_column, columns});
    });
  }
  uintptr_t left_pointer() const { return reinterpret_cast<uintptr_t>(terms_.left.data()); }
  size_t left_count() const { return terms_.left.size(); }
  uintptr_t right_pointer() const { return reinterpret_cast<uintptr_t>(terms_.right.data()); }
  size_t right_count() const { return terms_.right.size(); }
  double terms_tokens() const { return static_cast<double>(terms_.tokens); }
  uintptr_t sums_pointer() const { return reinterpret_cast<uintptr_t>(sums_.data()); }
  size_t sums_count() const { return sums_.size(); }
  double tokens_that_meet(unsigned which, size_t first_sequence, size_t sequences) {
    return static_cast<double>(calibration::tokens_that_meet(forward(which), {first_sequence, sequences, 0, 0}));
  }

  uintptr_t result_pointer() const { return reinterpret_cast<uintptr_t>(result_.data()); }
  size_t result_count() const { return result_.size(); }

 private:
  network::Forward& forward(unsigned which) {
    if (which >= forwards_.size())
      throw Error("There is no such network in this pass. This is a fault in the program.");
    return *forwards_[which];
  }

  std::string problem_;
  std::vector<std::unique_ptr<network::Forward>> forwards_;
  std::optional<network::Predictions> predictions_;
  Kernel kernel_ = best_kernel();
  Op op_{};
  std::vector<double> result_;
  std::vector<float> sums_;
  calibration::ProductTerms terms_;
};

/// `out` becomes the product of `rows` rows of weights and `panels` panels, all of them dense.
void multiply_panels(uintptr_t weights, size_t rows, size_t columns, uintptr_t inputs, size_t panels, uintptr_t out) {
  const size_t in_panel = columns * network::lanes, out_panel = rows * network::lanes;
  const network::PlainInput input({reinterpret_cast<float*>(inputs), in_panel});
  network::multiply({bound::floats_at(weights), rows, columns, columns}, input, 0, 0, panels,
                    {reinterpret_cast<float*>(out), out_panel}, network::Into::set);
}

class BoundAnswers {
 public:
  std::string add(uintptr_t figures, size_t count) {
    return sentence_of([&] { answers_.add({reinterpret_cast<const double*>(figures), count}); });
  }
  std::string report() const {
    return bound::answer([&] { return answers_json(answers_); });
  }
  std::string tokens(unsigned first, unsigned count) const {
    return bound::answer([&] { return answered_tokens_json(answers_, first, count); });
  }

 private:
  network::Answers answers_;
};

EMSCRIPTEN_BINDINGS(nibble_network) {
  emscripten::class_<bound::BoundTokenEncoder>("TokenEncoder")
      .function("problem", &bound::BoundTokenEncoder::problem)
      .function("encode", &bound::BoundTokenEncoder::encode)
      .function("idsPointer", &bound::BoundTokenEncoder::ids_pointer)
      .function("idsCount", &bound::BoundTokenEncoder::ids_count)
      .function("piece", &bound::BoundTokenEncoder::piece)
      .function("piecePointer", &bound::BoundTokenEncoder::piece_pointer)
      .function("begin", &bound::BoundTokenEncoder::begin);

  emscripten::class_<BoundPass>("Pass")
      .constructor<std::string>()
      .function("problem", &BoundPass::problem)
      .function("begin", &BoundPass::begin)
      .function("beginTile", &BoundPass::begin_tile)
      .function("beginContrast", &BoundPass::begin_contrast)
      .function("order", &BoundPass::order)
      .function("copyInput", &BoundPass::copy_input)
      .function("fill", &BoundPass::fill)
      .function("multiply", &BoundPass::multiply)
      .function("endTile", &BoundPass::end_tile)
      .function("end", &BoundPass::end)
      .function("streams", &BoundPass::streams)
      .function("figures", &BoundPass::figures)
      .function("sums", &BoundPass::sums)
      .function("sumsPointer", &BoundPass::sums_pointer)
      .function("sumsCount", &BoundPass::sums_count)
      .function("tokensThatMeet", &BoundPass::tokens_that_meet)
      .function("sumTerms", &BoundPass::sum_terms)
      .function("leftPointer", &BoundPass::left_pointer)
      .function("leftCount", &BoundPass::left_count)
      .function("rightPointer", &BoundPass::right_pointer)
      .function("rightCount", &BoundPass::right_count)
      .function("termsTokens", &BoundPass::terms_tokens)
      .function("resultPointer", &BoundPass::result_pointer)
      .function("resultCount", &BoundPass::result_count);

  emscripten::function("multiplyPanels", &multiply_panels);

  emscripten::class_<BoundAnswers>("Answers")
      .constructor<>()
      .function("add", &BoundAnswers::add)
      .function("report", &BoundAnswers::report)
      .function("tokens", &BoundAnswers::tokens);
}

}  // namespace
}  // namespace nibble

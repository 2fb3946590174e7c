#include "measure/measurement.h"

#include <algorithm>
#include <cmath>

#include "container/text.h"
#include "error.h"
#include "measure/row_errors.h"
#include "recipe/recipe.h"

namespace nibble {
namespace {

const MeasuredType& measured(const MeasuredTensor& tensor, Type type) {
  const MeasuredType* found = tensor.find(type);
  if (found == nullptr || tensor.rows_measured == 0) {
    throw Error("The tensor " + in_quotes(tensor.name) + " was not measured as " + display_name(type) +
                ". Measure again with this type among the types.");
  }
  if (!found->possible) {
    throw Error("The tensor " + in_quotes(tensor.name) + " has weights too large for " + display_name(type) + ".");
  }
  return *found;
}

}  // namespace

const MeasuredType* MeasuredTensor::find(Type type) const {
  const auto found =
      std::find_if(types.begin(), types.end(), [&](const MeasuredType& one) { return one.type == type; });
  return found == types.end() ? nullptr : &*found;
}

Estimate MeasuredTensor::error(Type type) const {
  if (exact(type)) return {};
  return estimated_sum(measured(*this, type).error, coverage());
}

Estimate MeasuredTensor::weighted_error(Type type) const {
  if (!has_importance || exact(type)) return error(type);
  return estimated_sum(measured(*this, type).weighted, coverage());
}

double MeasuredTensor::output_change(Type type) const {
  if (exact(type)) return 0;
  const MeasuredType& found = measured(*this, type);
  if (squared_output > 0 && found.output_error)
    return *found.output_error / squared_output * estimated_sum(squares, coverage()).value;
  return error(type).value;
}

const MeasuredTensor* Measurement::find(std::string_view name) const {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const MeasuredTensor& one) { return one.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

void Measurement::add(MeasuredTensor& tensor, std::span<const double> figures, size_t rows) {
  const size_t per_row = RowErrors::figures_of_row(tensor.types.size());
  if (figures.size() != rows * per_row || tensor.rows_measured + rows > tensor.rows) {
    throw Error("The figures of a measured tensor do not belong to it. This is a fault in the program.");
  }
  if (tensor.grids.empty()) {
    for (const Type type : grid_types()) tensor.grids.push_back({type});
  }
  for (size_t row = 0; row < rows; ++row, figures = figures.subspan(per_row)) {
    const std::span<const double> grids = figures.subspan(2 + 2 * tensor.types.size());
    for (size_t g = 0; g < tensor.grids.size(); ++g) {
      tensor.grids[g].kept += grids[2 * g];
      tensor.grids[g].blocks += grids[2 * g + 1];
    }
    const double squares = figures[0], weighted = figures[1];
    tensor.squares.add(squares, squares);
    tensor.weighted_squares.add(weighted, weighted);
    for (size_t t = 0; t < tensor.types.size(); ++t) {
      MeasuredType& type = tensor.types[t];
      const double error = figures[2 + 2 * t], weighted_error = figures[3 + 2 * t];
      type.possible = type.possible && std::isfinite(error) && std::isfinite(weighted_error);
      if (!type.possible) continue;
      type.error.add(error, squares);
      type.weighted.add(weighted_error, weighted);
    }
  }
  tensor.rows_measured += rows;
}

uint64_t Measurement::rows_wanted(const MeasuredTensor& tensor) const {
  double widest = 0;
  for (const MeasuredType& type : tensor.types) {
    if (!type.possible || !(type.error.sum > 0)) continue;
    const Estimate estimate = estimated_sum(type.error, tensor.coverage());
    widest = std::max(widest, (estimate.high - estimate.value) / estimate.value);
  }
  return size.enough(tensor.rows, tensor.rows_measured, widest);
}

}  // namespace nibble

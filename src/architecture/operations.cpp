#include "architecture/operations.h"

namespace nibble::architecture::operations {
namespace {

/// A view of the source with three axes, and its shape.
View stack_view(const Operands& operands) {
  const std::vector<uint64_t>& shape = operands.source().shape;
  uint64_t count = 1;
  for (size_t i = 2; i < shape.size(); ++i) count *= shape[i];
  const uint64_t whole[] = {shape[0], shape.size() > 1 ? shape[1] : 1, count};
  return {operands.tensor.sources[0], whole};
}

void finish(const Operands& operands, const View& view, size_t dimensions) {
  operands.add(view);
  operands.tensor.shape.clear();
  for (size_t axis = 0; axis < dimensions; ++axis) operands.tensor.shape.push_back(view.size(axis));
}

size_t dimensions(const Operands& operands) { return operands.source().shape.size() > 2 ? 3 : 2; }

void half(const Operands& operands, size_t axis, uint64_t which, bool transpose) {
  View view = stack_view(operands);
  operands.divides(2, view.size(axis));
  const uint64_t count = view.size(axis) / 2;
  view.take(axis, which * count, count);
  if (transpose) view.swap(columns, rows);
  finish(operands, view, dimensions(operands));
}

void every_other(const Operands& operands, size_t axis, uint64_t which, bool transpose) {
  View view = stack_view(operands);
  operands.divides(2, view.size(axis));
  view.split(axis, 2).take(axis, which, 1);
  // The axis of one step goes last, where it does not count.
  for (size_t i = axis; i < matrices + 1; ++i) view.swap(i, i + 1);
  if (transpose) view.swap(columns, rows);
  finish(operands, view, dimensions(operands));
}

}  // namespace

namespace functions {

void transposed(const Operands& operands) {
  View view = stack_view(operands);
  finish(operands, view.swap(columns, rows), dimensions(operands));
}

void first_half(const Operands& operands) { half(operands, rows, 0, false); }
void second_half(const Operands& operands) { half(operands, rows, 1, false); }
void first_half_transposed(const Operands& operands) { half(operands, columns, 0, true); }
void second_half_transposed(const Operands& operands) { half(operands, columns, 1, true); }
void even_rows(const Operands& operands) { every_other(operands, rows, 0, false); }
void odd_rows(const Operands& operands) { every_other(operands, rows, 1, false); }
void even_columns(const Operands& operands) { every_other(operands, columns, 0, false); }
void odd_columns(const Operands& operands) { every_other(operands, columns, 1, false); }
void even_columns_transposed(const Operands& operands) { every_other(operands, columns, 0, true); }
void odd_columns_transposed(const Operands& operands) { every_other(operands, columns, 1, true); }

void minus_exp_column(const Operands& operands) {
  minus_exp(operands);
  operands.tensor.shape.insert(operands.tensor.shape.begin(), 1);
}

void minus_exp(const Operands& operands) {
  View view = operands.view();
  finish(operands, view.minus_exp(), 1);
}

void column(const Operands& operands) { operands.tensor.shape = {1, operands.source().shape[0]}; }

void stacked(const Operands& operands) {
  operands.tensor.shape = operands.source().shape;
  operands.tensor.shape.push_back(operands.tensor.sources.size());
}

void squeezed(const Operands& operands) {
  const std::vector<uint64_t>& shape = operands.source().shape;
  operands.tensor.shape = {shape.front(), shape.back()};
}

namespace {
Operation::Shape matrix(const Made& made) {
  Operation::Shape shape = made.shape;
  if (shape.size() < 2) shape.push_back(1);
  return shape;
}
}  // namespace

Operation::Shape of_transposed(const Made& made) {
  Operation::Shape shape = matrix(made);
  std::swap(shape[columns], shape[rows]);
  return shape;
}

Operation::Shape of_half(const Made& made) {
  Operation::Shape shape = matrix(made);
  shape[rows] *= 2;
  return shape;
}

Operation::Shape of_half_transposed(const Made& made) {
  Operation::Shape shape = of_half(made);
  std::swap(shape[columns], shape[rows]);
  return shape;
}

Operation::Shape of_every_other_column(const Made& made) {
  Operation::Shape shape = made.shape;
  shape[columns] *= 2;
  return shape;
}

Operation::Shape of_every_other_column_transposed(const Made& made) {
  Operation::Shape shape = of_half(made);
  std::swap(shape[columns], shape[rows]);
  return shape;
}

Operation::Shape of_column(const Made& made) { return {made.shape.back()}; }

Operation::Shape of_stacked(const Made& made) { return {made.shape.begin(), made.shape.end() - 1}; }

Operation::Shape of_squeezed(const Made& made) { return {made.shape.front(), 1, made.shape.back()}; }

Operation::Shape same(const Made& made) { return made.shape; }

}  // namespace functions
}  // namespace nibble::architecture::operations

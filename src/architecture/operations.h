#pragma once
#include "architecture/family.h"

/// What several families do to tensors, to be named in their rules (see made()).
namespace nibble::architecture::operations {

/// Axes of a source: columns, then rows, then matrices of a stack.
constexpr size_t columns = 0, rows = 1, matrices = 2;

/// A stack of matrices, each transposed.
void transposed(const Operands& operands);
/// The first and the second half of the rows of each matrix.
void first_half(const Operands& operands);
void second_half(const Operands& operands);
/// The halves of the columns of each matrix of a stack, transposed.
void first_half_transposed(const Operands& operands);
void second_half_transposed(const Operands& operands);
/// Every other row, from the first or from the second on.
void even_rows(const Operands& operands);
void odd_rows(const Operands& operands);
/// The same for single values of one dimension, or of rows of biases.
void even_columns(const Operands& operands);
void odd_columns(const Operands& operands);
/// Every other column of each matrix of a stack, as rows.
void even_columns_transposed(const Operands& operands);
void odd_columns_transposed(const Operands& operands);
/// x -> -e^x, one value a row: the decays of Mamba's state, whose logarithms are stored.
void minus_exp_column(const Operands& operands);
void minus_exp(const Operands& operands);
/// One value a row.
void column(const Operands& operands);
/// Several sources of one shape, stacked.
void stacked(const Operands& operands);
/// A kernel of a convolution over single channels: [width, 1, channels] as [width, channels].
void squeezed(const Operands& operands);

}  // namespace nibble::architecture::operations

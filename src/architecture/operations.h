#pragma once
#include "architecture/family.h"

/// What several families do to tensors, to be named in their rules (see made()).
namespace nibble::architecture::operations {

/// Axes of a source: columns, then rows, then matrices of a stack.
constexpr size_t columns = 0, rows = 1, matrices = 2;

/// The functions behind them.
namespace functions {
void transposed(const Operands& operands);
void first_half(const Operands& operands);
void second_half(const Operands& operands);
void first_half_transposed(const Operands& operands);
void second_half_transposed(const Operands& operands);
void even_rows(const Operands& operands);
void odd_rows(const Operands& operands);
void even_columns(const Operands& operands);
void odd_columns(const Operands& operands);
void even_columns_transposed(const Operands& operands);
void odd_columns_transposed(const Operands& operands);
void minus_exp_column(const Operands& operands);
void minus_exp(const Operands& operands);
void column(const Operands& operands);
void stacked(const Operands& operands);
void squeezed(const Operands& operands);

/// Shapes of what they are made from.
Operation::Shape of_transposed(const Made& made);
Operation::Shape of_half(const Made& made);
Operation::Shape of_half_transposed(const Made& made);
Operation::Shape of_every_other_column(const Made& made);
Operation::Shape of_every_other_column_transposed(const Made& made);
Operation::Shape of_column(const Made& made);
Operation::Shape of_stacked(const Made& made);
Operation::Shape of_squeezed(const Made& made);
Operation::Shape same(const Made& made);
}  // namespace functions

/// A stack of matrices, each transposed.
inline constexpr Operation transposed{functions::transposed, "transposing", functions::of_transposed};
/// The first and the second half of the rows of each matrix.
inline constexpr Operation first_half{functions::first_half, "taking half of the rows", functions::of_half};
inline constexpr Operation second_half{functions::second_half, "taking half of the rows", functions::of_half};
/// The halves of the columns of each matrix of a stack, transposed.
inline constexpr Operation first_half_transposed{
    functions::first_half_transposed, "taking half of the columns and transposing", functions::of_half_transposed};
inline constexpr Operation second_half_transposed{
    functions::second_half_transposed, "taking half of the columns and transposing", functions::of_half_transposed};
/// Every other row, from the first or from the second on.
inline constexpr Operation even_rows{functions::even_rows, "taking every other row"};
inline constexpr Operation odd_rows{functions::odd_rows, "taking every other row"};
/// The same for single values of one dimension, or of rows of biases.
inline constexpr Operation even_columns{functions::even_columns, "taking every other value",
                                        functions::of_every_other_column};
inline constexpr Operation odd_columns{functions::odd_columns, "taking every other value",
                                       functions::of_every_other_column};
/// Every other column of each matrix of a stack, as rows.
inline constexpr Operation even_columns_transposed{functions::even_columns_transposed, "taking every other column",
                                                   functions::of_every_other_column_transposed};
inline constexpr Operation odd_columns_transposed{functions::odd_columns_transposed, "taking every other column",
                                                  functions::of_every_other_column_transposed};
/// x -> -e^x, one value a row: the decays of Mamba's state, whose logarithms are stored.
inline constexpr Operation minus_exp_column{functions::minus_exp_column, "making x into -e^x", functions::of_column};
inline constexpr Operation minus_exp{functions::minus_exp, "making x into -e^x", functions::same};
/// One value a row.
inline constexpr Operation column{functions::column, "making a column", functions::of_column};
/// Several sources of one shape, stacked.
inline constexpr Operation stacked{functions::stacked, "stacking", functions::of_stacked};
/// A kernel of a convolution over single channels: [width, 1, channels] as [width, channels].
inline constexpr Operation squeezed{functions::squeezed, "dropping a dimension", functions::of_squeezed};

}  // namespace nibble::architecture::operations

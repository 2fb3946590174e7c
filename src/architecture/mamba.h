#pragma once
#include "architecture/family.h"
#include "architecture/operations.h"

/// Mamba 2's mixer, alone or among layers that attend.
namespace nibble::architecture::mamba {

using enum Size;

/// Kinds of layers.
constexpr uint32_t attends = 1, recurs = 2;

/// What llama.cpp takes for the context of models that know no positions.
constexpr uint64_t endless_context = 1 << 20;

/// Norms of the inner channels, group by group: [size of a group, groups].
void norm_by_groups(const Operands& operands);
Operation::Shape of_norm_by_groups(const Made& made);
inline constexpr Operation grouped_norm{norm_by_groups, "dividing into groups", of_norm_by_groups};

/// The logarithms of decays are F32 in any folder: they are computed when they are led back.
inline constexpr std::string_view precise[] = {"A_log", "e_score_correction_bias"};

/// The largest of a list of numbers, one for each layer; 0 of none.
uint64_t largest(std::span<const uint32_t> numbers);

/// For each layer the number, or 0 where it is not of the kind.
std::vector<int32_t> where(const Sizes& sizes, uint32_t kind, uint64_t number);

/// Its tensors, behind the name of the mixer. The projection and what scales it stand in `projections`.
constexpr TensorRule mixer[] = {
    on(recurs, made("conv1d.weight", "ssm_conv1d.weight", operations::squeezed)),
    on(recurs, {"conv1d.bias", "ssm_conv1d.bias", any, none, Need::sometimes}),
    on(recurs, made("A_log", "ssm_a", operations::minus_exp_column)),
    on(recurs, made("D", "ssm_d", operations::column)),
    on(recurs, {"dt_bias", "ssm_dt.bias", any}),
    on(recurs, made("norm.weight", "ssm_norm.weight", grouped_norm, Need::sometimes)),
};
constexpr TensorRule projections[] = {
    on(recurs, {"in_proj.weight", "ssm_in.weight", embedding, any}),
    on(recurs, {"out_proj.weight", "ssm_out.weight", any, embedding}),
};

}  // namespace nibble::architecture::mamba

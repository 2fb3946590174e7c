#pragma once

/// The best scale of a block found by trying every half float: no theory at all, for searches that promise the best
/// one.
namespace nibble::reference {

/// The lowest sum w (x - s q)^2 over every s that a half float holds, of both signs, and codes q from -reach to
/// reach - 1, each weight taking the nearest. x: 32 weights; w: their importance, or null. `known` is the error of a
/// choice at hand: scales are given up as soon as they are certain to be worse, and `known` is returned when none is
/// better by more than float rounding (1e-6).
double lowest_error_of_half_scales(const float* x, const float* w, int reach, double known);

}  // namespace nibble::reference

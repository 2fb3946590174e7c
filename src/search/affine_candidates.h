#pragma once

/// What the searches of search/affine_blocks_kernels.cpp and search/affine_weighted.h try for blocks of 32 weights with
/// a scale and a minimum of their own.
namespace nibble {

/// A row of four candidates: the range of the weights spans T levels, and u = (x - low) / range gets the level
/// floor(u T + (N - T) / 2 + shift + 1/2), with four shifts. Where T < N, no level is cut off and shifts a whole level
/// apart are the same candidate, so four of them a quarter apart are all there is.
struct AffineCandidates {
  float T, first_shift, shift_step;
};

/// The rows for blocks with levels 0..N: each is the one that, after those before it, lowers the error of normally
/// distributed, uniform and trained weights most. A search may stop after any of them; `quick` takes quick_rows.
/// The weighted rows are the same for weights of unequal importance, where the unimportant ones may be cut off: a wider
/// range of T above N, and of shifts there.
template <int N>
struct AffineCandidatesOf;
template <>
struct AffineCandidatesOf<15> {
  static constexpr int N = 15, quick_rows = 7, rows = 20;
  static constexpr AffineCandidates candidates[rows] = {
      {15.25f, -0.3f, 0.2f},     {14.25f, -0.3125f, 0.25f}, {12.75f, -0.5f, 0.25f},   {15.75f, -0.3f, 0.2f},
      {14.75f, -0.4375f, 0.25f}, {13.75f, -0.5f, 0.25f},    {10.5f, -0.5f, 0.25f},    {15.5f, -0.4375f, 0.25f},
      {15.0f, -0.3125f, 0.25f},  {13.25f, -0.375f, 0.25f},  {14.5f, -0.375f, 0.25f},  {15.5f, -0.3125f, 0.25f},
      {8.5f, -0.375f, 0.25f},    {16.25f, -0.24f, 0.16f},   {12.0f, -0.5f, 0.25f},    {15.0f, -0.4375f, 0.25f},
      {14.25f, -0.4375f, 0.25f}, {14.75f, -0.3125f, 0.25f}, {13.75f, -0.375f, 0.25f}, {15.5f, -0.375f, 0.25f}};
  static constexpr int quick_weighted_rows = 7, weighted_rows = 16;
  static constexpr AffineCandidates weighted_candidates[weighted_rows] = {
      {15.5f, -0.375f, 0.25f},  {14.5f, -0.4375f, 0.25f}, {13.5f, -0.4375f, 0.25f}, {16.5f, -0.75f, 0.5f},
      {12.5f, -0.4375f, 0.25f}, {15.0f, -0.3f, 0.2f},     {16.0f, -0.3125f, 0.25f}, {17.5f, -1.2f, 0.8f},
      {17.5f, -1.5f, 1.0f},     {15.5f, -0.5f, 0.25f},    {14.0f, -0.5f, 0.25f},    {18.0f, -0.24f, 0.16f},
      {10.5f, -0.375f, 0.25f},  {16.5f, -1.5f, 1.0f},     {15.0f, -0.3125f, 0.25f}, {16.5f, -1.2f, 0.8f}};
};
template <>
struct AffineCandidatesOf<31> {
  static constexpr int N = 31, quick_rows = 7, rows = 30;
  static constexpr AffineCandidates candidates[rows] = {
      {31.0f, -0.3125f, 0.25f}, {29.5f, -0.375f, 0.25f},  {28.0f, -0.3125f, 0.25f}, {30.5f, -0.375f, 0.25f},
      {31.5f, -0.3f, 0.2f},     {27.0f, -0.375f, 0.25f},  {29.0f, -0.24f, 0.16f},   {30.0f, -0.5f, 0.25f},
      {25.5f, -0.5f, 0.25f},    {31.0f, -0.4375f, 0.25f}, {32.0f, -0.24f, 0.16f},   {24.5f, -0.4375f, 0.25f},
      {30.0f, -0.375f, 0.25f},  {28.5f, -0.5f, 0.25f},    {20.0f, -0.375f, 0.25f},  {26.5f, -0.3125f, 0.25f},
      {30.5f, -0.5f, 0.25f},    {27.5f, -0.375f, 0.25f},  {31.5f, -0.5f, 0.25f},    {18.0f, -0.375f, 0.25f},
      {19.0f, -0.375f, 0.25f},  {31.0f, -0.375f, 0.25f},  {29.5f, -0.4375f, 0.25f}, {15.0f, -0.375f, 0.25f},
      {8.0f, -0.375f, 0.25f},   {23.0f, -0.375f, 0.25f},  {28.5f, -0.375f, 0.25f},  {16.0f, -0.375f, 0.25f},
      {30.5f, -0.3125f, 0.25f}, {31.5f, -0.18f, 0.12f}};
  static constexpr int quick_weighted_rows = 8, weighted_rows = 18;
  static constexpr AffineCandidates weighted_candidates[weighted_rows] = {
      {31.0f, -0.4375f, 0.25f}, {29.0f, -0.5f, 0.25f},    {30.0f, -0.5f, 0.25f},  {32.0f, -0.3125f, 0.25f},
      {28.0f, -0.4375f, 0.25f}, {27.0f, -0.3125f, 0.25f}, {26.0f, -0.5f, 0.25f},  {32.0f, -0.75f, 0.5f},
      {30.0f, -0.375f, 0.25f},  {31.0f, -0.3125f, 0.25f}, {24.0f, -0.5f, 0.25f},  {25.0f, -0.5f, 0.25f},
      {33.0f, -2.4f, 1.6f},     {32.0f, -0.4375f, 0.25f}, {29.0f, -0.2f, 0.133f}, {28.0f, -0.3125f, 0.25f},
      {33.0f, -0.4375f, 0.25f}, {21.0f, -0.375f, 0.25f}};
};

}  // namespace nibble

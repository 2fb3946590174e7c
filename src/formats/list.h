#pragma once
#include "formats/f8.h"
#include "formats/floats.h"
#include "formats/iq1_m.h"
#include "formats/iq1_s.h"
#include "formats/iq2_s.h"
#include "formats/iq2_xs.h"
#include "formats/iq2_xxs.h"
#include "formats/iq3_s.h"
#include "formats/iq3_xxs.h"
#include "formats/iq4_nl.h"
#include "formats/iq4_xs.h"
#include "formats/mxfp4.h"
#include "formats/nvfp4.h"
#include "formats/opaque.h"
#include "formats/q1_0.h"
#include "formats/q2_0.h"
#include "formats/q2_k.h"
#include "formats/q3_k.h"
#include "formats/q4_0.h"
#include "formats/q4_1.h"
#include "formats/q4_k.h"
#include "formats/q5_0.h"
#include "formats/q5_1.h"
#include "formats/q5_k.h"
#include "formats/q6_k.h"
#include "formats/q8_0.h"
#include "formats/tq1_0.h"
#include "formats/tq2_0.h"

/// The one list of formats. An entry here and the file it names are all it takes to add one: its grammar tells
/// searches, statistics, the Lab, prices, help texts and menus what they need (tests/extended adds one). llama.cpp's
/// own method for it, and vector kernels, are sources of their own in codec/.
// clang-format off
#define NIBBLE_FORMATS(X)                             \
  X(F32) X(F16) X(BF16)                               \
  X(Q4_0) X(Q4_1) X(Q5_0) X(Q5_1) X(Q8_0)             \
  X(Q2_K) X(Q3_K) X(Q4_K) X(Q5_K) X(Q6_K)             \
  X(IQ4_NL) X(IQ4_XS) X(IQ3_S) X(IQ3_XXS)             \
  X(IQ2_S) X(IQ2_XS) X(IQ2_XXS) X(IQ1_S) X(IQ1_M)     \
  X(TQ1_0) X(TQ2_0) X(Q1_0) X(Q2_0) X(MXFP4) X(NVFP4) \
  X(Q8_1) X(Q8_K) X(I8) X(I16) X(I32) X(I64) X(F64)   \
  X(F8_E4M3) X(F8_E5M2)
// clang-format on

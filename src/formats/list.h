#pragma once
#include "formats/floats.h"
#include "formats/opaque.h"
#include "formats/q4_0.h"
#include "formats/q4_1.h"
#include "formats/q5_0.h"
#include "formats/q5_1.h"
#include "formats/q8_0.h"

/// The one list of formats. An entry here, the file it names and its codec in codec/ are all it takes to add a format:
/// dispatch, tests, benchmarks, help texts and menus follow this list.
#define NIBBLE_FORMATS(X)                    \
  X(F32) X(F16) X(BF16)                      \
  X(Q4_0) X(Q4_1) X(Q5_0) X(Q5_1) X(Q8_0)    \
  X(Q8_1) X(Q8_K) X(I8) X(I16) X(I32) X(I64) X(F64)

#pragma once
#include <string>

#include "error.h"

namespace nibble {

/// The sentence of the Error a call throws; empty when it throws none.
template <class Call>
std::string sentence_of(Call&& call) {
  try {
    call();
    return "";
  } catch (const Error& problem) {
    return problem.what();
  }
}

}  // namespace nibble

#pragma once
#include <cstdint>
#include <new>
#include <string>

#include "error.h"
#include "numeric/kernel.h"
#include "plan/json.h"

/// The boundary to JavaScript. No exception crosses it: a caller gets a sentence instead. Pointers arrive as the
/// numbers JavaScript has, counts as doubles, since a tensor may hold more weights than 32 bits can count.
namespace nibble::bound {

constexpr const char* no_memory_for_step =
    "There is not enough memory for this step. Use fewer workers, or close other tabs.";

/// Runs a call; the sentence of what went wrong, or an empty string. `no_memory` is the sentence when memory runs out.
template <class Call>
std::string sentence_of(Call&& call, const char* no_memory = no_memory_for_step) {
  try {
    call();
    return "";
  } catch (const Error& problem) {
    return problem.what();
  } catch (const std::bad_alloc&) {
    return no_memory;
  } catch (const std::exception& unexpected) {
    return std::string("Something unexpected happened: ") + unexpected.what();
  }
}

/// The JSON text a call returns, or { "error": sentence }.
template <class Call>
std::string answer(Call&& call, const char* no_memory = no_memory_for_step) {
  std::string json;
  const std::string problem = sentence_of([&] { json = call(); }, no_memory);
  return problem.empty() ? json : error_json(problem);
}

inline const uint8_t* bytes_at(uintptr_t pointer) { return reinterpret_cast<const uint8_t*>(pointer); }
inline const float* floats_at(uintptr_t pointer) { return reinterpret_cast<const float*>(pointer); }

/// Throws Error for any other name.
inline Kernel kernel_named(const std::string& name) {
  for (const Kernel kernel : {Kernel::simd, Kernel::scalar}) {
    if (name == kernel_name(kernel)) return kernel;
  }
  throw Error("There is no kernel named \"" + name + "\". Choose simd or scalar.");
}

}  // namespace nibble::bound

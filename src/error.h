#pragma once
#include <stdexcept>
#include <string>

namespace nibble {

/// A problem a person can act on. what() is one or two plain sentences: what is wrong, where, and what to do.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& sentence) : std::runtime_error(sentence) {}
};

}  // namespace nibble

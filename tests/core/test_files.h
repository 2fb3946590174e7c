#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/test_data.h"

namespace nibble {

/// The bytes of a file in tests/data.
inline std::vector<uint8_t> test_file(const std::string& name) {
  std::ifstream in(std::string(test_data_folder) + '/' + name, std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace nibble

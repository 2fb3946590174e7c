#pragma once

namespace nibble {

/// The folder tests/data. In a file of its own: compiled code that does not hold the path is the same in every
/// checkout, so a compiler cache serves them all.
extern const char* const test_data_folder;

}  // namespace nibble

#include "core/test_data.h"

namespace nibble {

const char* const test_data_folder = NIBBLE_TEST_DATA;

}  // namespace nibble

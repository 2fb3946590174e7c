#include <gtest/gtest.h>

#include <set>

#include "formats/format.h"

namespace nibble {
namespace {

TEST(FormatTable, NamesAndNumbersAreUnique) {
  std::set<std::string_view> names;
  std::set<Type> types;
  for (const Format& format : all_formats()) {
    EXPECT_TRUE(names.insert(format.name).second) << format.name;
    EXPECT_TRUE(types.insert(format.type).second) << format.name;
    EXPECT_EQ(find_format(format.type), &format);
    EXPECT_EQ(find_format(format.name), &format);
  }
}

TEST(FormatTable, UnknownTypesAreNotFound) {
  EXPECT_EQ(find_format(static_cast<Type>(4)), nullptr);
  EXPECT_EQ(find_format("q9_9"), nullptr);
  EXPECT_NE(find_format("Q4_0"), nullptr);
}

}  // namespace
}  // namespace nibble

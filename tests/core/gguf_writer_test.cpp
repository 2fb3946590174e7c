#include "container/gguf_writer.h"

#include <gtest/gtest.h>

#include "gguf_builder.h"

namespace nibble {
namespace {

using Bytes = GgufBuilder::Bytes;

GgufHeader read_whole(const Bytes& file) {
  GgufReading reading = read_gguf(file, file.size());
  EXPECT_TRUE(reading.header.has_value());
  return std::move(*reading.header);
}

TEST(GgufWriter, WritesAHeaderBackByteForByte) {
  GgufBuilder file;
  file.value("general.architecture", "llama").value("n", 7).value("s", GgufBuilder::i8, {0xFF});
  file.tensor("a.weight", {32, 2}, 1, 128).tensor("b", {3}, 0, 12);
  const Bytes bytes = file.build();
  const GgufHeader header = read_whole(bytes);
  KeyValueList values;
  values.copy_all(header);
  std::vector<OutputTensor> tensors;
  uint64_t entries_bytes = 0;
  for (const StoredTensor& tensor : header.tensors) {
    tensors.push_back({tensor.name, tensor.shape, tensor.type, tensor.offset - header.data_offset});
    entries_bytes += tensor_entry_bytes(tensor.name, tensor.shape.size());
  }
  const Bytes written = write_gguf_header(values, tensors);
  EXPECT_EQ(written, Bytes(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(header.data_offset)));
  EXPECT_EQ(written.size(), gguf_header_bytes(values, entries_bytes));
}

TEST(GgufWriter, SettingMovesAnEntryToTheEnd) {
  GgufBuilder file;
  file.value("a", 1).value("b", 2).value("c", 3);
  const GgufHeader header = read_whole(file.build());
  KeyValueList values;
  values.copy_all(header);
  values.set_string("a", "new");
  values.set_f32("d", 0.5f);
  values.remove("c");
  values.set_bool("e", true);
  values.set_u16("f", 9);
  values.set_i32("g", -9);

  GgufBuilder expected;
  expected.value("b", 2).value("a", "new").value("d", GgufBuilder::f32, GgufBuilder::raw(0.5f));
  expected.value("e", GgufBuilder::boolean, {1}).value("f", GgufBuilder::u16, GgufBuilder::raw<uint16_t>(9));
  expected.value("g", GgufBuilder::i32, GgufBuilder::raw<int32_t>(-9));
  EXPECT_EQ(write_gguf_header(values, {}), expected.build());
}

TEST(GgufWriter, WritesArrays) {
  KeyValueList values;
  values.set_array("u", std::vector<uint32_t>{1, 4'000'000'000u});
  values.set_array("i", std::vector<int32_t>{-1, 6});
  values.set_array("f", std::vector<float>{-0.5f});
  values.set_array("s", std::vector<std::string>{"", "▁the"});
  values.set_u64("n", uint64_t{1} << 40);

  using B = GgufBuilder;
  GgufBuilder expected;
  expected.value("u", B::array, B::list(B::u32, 2, B::joined({B::raw(1u), B::raw(4'000'000'000u)})));
  expected.value("i", B::array, B::list(B::i32, 2, B::joined({B::raw(-1), B::raw(6)})));
  expected.value("f", B::array, B::list(B::f32, 1, B::raw(-0.5f)));
  expected.value("s", B::array, B::list(B::string, 2, B::joined({B::text(""), B::text("▁the")})));
  expected.value("n", B::u64, B::raw(uint64_t{1} << 40));
  EXPECT_EQ(write_gguf_header(values, {}), expected.build());
}

TEST(GgufWriter, ReplacesInPlaceOnlyWhatDiffers) {
  GgufBuilder file;
  file.value("a", 1).value("b", "text");
  const GgufHeader header = read_whole(file.build());
  KeyValueList values;
  values.copy_all(header);
  EXPECT_FALSE(values.replace_u32("a", 1));
  EXPECT_FALSE(values.replace_u32("missing", 1));
  EXPECT_TRUE(values.replace_u32("a", 2));
  EXPECT_TRUE(values.replace_u32("b", 3));
  EXPECT_EQ(write_gguf_header(values, {}), GgufBuilder().value("a", 2).value("b", 3).build());
}

TEST(GgufWriter, CutsTextsAtAZeroByteAndMakesBoolsZeroOrOne) {
  using B = GgufBuilder;
  const auto cut = [](std::string_view text) { return B::text(text); };
  GgufBuilder file, expected;
  file.value("s", B::string, cut(std::string_view("ab\0cd", 5)))
      .value("l", B::array, B::list(B::string, 3, B::joined({cut("x"), cut(std::string_view("\0y", 2)), cut("z")})))
      .value("t", B::boolean, {7})
      .value("u", B::array, B::list(B::boolean, 3, {0, 2, 1}));
  expected.value("s", "ab")
      .value("l", B::array, B::list(B::string, 3, B::joined({cut("x"), cut(""), cut("z")})))
      .value("t", B::boolean, {1})
      .value("u", B::array, B::list(B::boolean, 3, {0, 1, 1}));
  const GgufHeader header = read_whole(file.build());
  KeyValueList values;
  values.copy_all(header);
  EXPECT_EQ(write_gguf_header(values, {}), expected.build());
}

TEST(GgufWriter, DropsTrailingDimensionsOfOne) {
  using Shape = std::vector<uint64_t>;
  EXPECT_EQ(trimmed_shape(Shape{64, 1, 2, 1}), (Shape{64, 1, 2}));
  EXPECT_EQ(trimmed_shape(Shape{1, 1, 1, 1}), Shape{1});
  EXPECT_EQ(trimmed_shape(Shape{}), Shape{1});
  EXPECT_EQ(trimmed_shape(Shape{5, 0}), (Shape{5, 0}));
}

}  // namespace
}  // namespace nibble

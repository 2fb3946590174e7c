#include <gmock/gmock.h>

#include "archive_builder.h"
#include "model/model.h"
#include "read_file.h"

namespace nibble {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const Bytes six_floats(24, 7);

std::string header_error(std::string_view dict, const Bytes& data = six_floats) {
  return file_error("a.npy", npy_array(dict, data));
}

TEST(NumPy, ReadsAnArrayFile) {
  for (const uint8_t version : {1, 2, 3}) {
    const Bytes file = npy_array("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", six_floats, version);
    const FileContents contents = read_whole_file("fc1.weight.npy", file);
    EXPECT_EQ(contents.container, "NumPy");
    ASSERT_EQ(contents.tensors.size(), 1u);
    const StoredTensor& tensor = contents.tensors[0];
    EXPECT_EQ(tensor.name, "fc1.weight");
    EXPECT_EQ(tensor.shape, (std::vector<uint64_t>{3, 2}));
    EXPECT_EQ(tensor.type, Type::f32);
    EXPECT_EQ(tensor.weight_count, 6u);
    EXPECT_EQ(tensor.bytes, 24u);
    EXPECT_EQ(tensor.offset, file.size() - 24);
    EXPECT_EQ(tensor.dtype, "F32");
  }
}

TEST(NumPy, ReadsEveryTypeOfNumbersItKnows) {
  const std::tuple<const char*, Type, uint64_t> types[] = {
      {"<f2", Type::f16, 2}, {"<f4", Type::f32, 4}, {"<f8", Type::f64, 8}, {"<i2", Type::i16, 2}, {"<i4", Type::i32, 4},
      {"<i8", Type::i64, 8}, {"|i1", Type::i8, 1},  {"|u1", Type::i8, 1},  {"|b1", Type::i8, 1}};
  for (const auto& [descr, type, bytes] : types) {
    const std::string dict = std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (3,), }";
    const FileContents contents = read_whole_file("x.npy", npy_array(dict, Bytes(3 * bytes)));
    EXPECT_EQ(contents.tensors[0].type, type) << descr;
    EXPECT_EQ(contents.tensors[0].bytes, 3 * bytes);
  }
}

TEST(NumPy, ReadsSingleValuesAndEmptyArrays) {
  const FileContents one =
      read_whole_file("x.npy", npy_array("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", Bytes(4)));
  EXPECT_TRUE(one.tensors[0].shape.empty());
  EXPECT_EQ(one.tensors[0].weight_count, 1u);
  const FileContents none =
      read_whole_file("x.npy", npy_array("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }", {}));
  EXPECT_EQ(none.tensors[0].weight_count, 0u);
}

TEST(NumPy, ColumnOrderOfOneDimensionIsRowOrder) {
  const char* column = "{'descr': '<f4', 'fortran_order': True, 'shape': (6, 1), }";
  EXPECT_EQ(read_whole_file("x.npy", npy_array(column, six_floats)).tensors[0].shape, (std::vector<uint64_t>{1, 6}));
}

TEST(NumPy, SaysWhatItCannotRead) {
  EXPECT_THAT(header_error("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }"),
              AllOf(HasSubstr("\"a\""), HasSubstr("column by column"), HasSubstr("np.ascontiguousarray")));
  EXPECT_THAT(header_error("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }"),
              HasSubstr("most significant byte first"));
  EXPECT_THAT(header_error("{'descr': [('x', '<f4'), ('y', '<i4')], 'fortran_order': False, 'shape': (3,), }"),
              HasSubstr("several fields"));
  EXPECT_THAT(header_error("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }"), HasSubstr("Python objects"));
  EXPECT_THAT(header_error("{'descr': '|V2', 'fortran_order': False, 'shape': (3,), }"), HasSubstr("bfloat16"));
  EXPECT_THAT(header_error("{'descr': '<c8', 'fortran_order': False, 'shape': (3,), }"), HasSubstr("\"<c8\""));
  EXPECT_THAT(header_error("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }"),
              HasSubstr("32 bytes are expected and 24"));
  EXPECT_THAT(header_error("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }"),
              HasSubstr("more values than any file"));
  EXPECT_THAT(header_error("{'descr': '<f4', 'shape': (2, 3), }"), HasSubstr("not NumPy's"));
  EXPECT_THAT(header_error("{'descr': '<f4', 'fortran_order': exec('x'), 'shape': (2, 3), }"),
              HasSubstr("not NumPy's"));
  EXPECT_THAT(file_error("a.npy", bytes_of("\x93NUMPY\x09           ")), HasSubstr("version 9"));
}

TEST(NumPy, ReadsAnArchiveOfArrays) {
  for (const bool zip64 : {false, true}) {
    ZipBuilder zip;
    zip.zip64 = zip64;
    zip.local_extra = zip64 ? 20 : 0;
    zip.comment = zip64 ? "a comment" : "";
    zip.entry("a.npy", npy_array("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", six_floats));
    zip.entry("layer/b.npy", npy_array("{'descr': '<f2', 'fortran_order': False, 'shape': (4,), }", Bytes(8, 9)));
    const Bytes file = zip.build();
    const FileContents contents = read_whole_file("model.npz", file);
    ASSERT_EQ(contents.tensors.size(), 2u);
    EXPECT_EQ(contents.tensors[1].name, "layer/b");
    for (const StoredTensor& tensor : contents.tensors) {
      for (uint64_t i = 0; i < tensor.bytes; ++i) EXPECT_EQ(file[tensor.offset + i], tensor.name == "a" ? 7 : 9);
    }
  }
}

TEST(NumPy, ArrayFilesTogetherAreOneModel) {
  const Bytes file = npy_array("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", six_floats);
  Model model;
  for (const size_t i : {0, 1}) EXPECT_EQ(model.offer(i, i == 0 ? "a.npy" : "b.npy", file.size(), 0, file).bytes, 0u);
  model.complete();
  ASSERT_EQ(model.tensors().size(), 2u);
  EXPECT_EQ(model.tensors()[1].name, "b");
  EXPECT_EQ(model.tensors()[1].slices[0].file, 1u);
}

TEST(NumPy, ReadsArraysWithLongHeaders) {
  const std::string spaces(3000, ' ');
  ZipBuilder zip;
  zip.entry("a.npy", npy_array("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + spaces, six_floats));
  EXPECT_EQ(read_whole_file("x.npz", zip.build()).tensors[0].weight_count, 6u);
}

TEST(NumPy, RefusesCompressedArchives) {
  ZipBuilder zip;
  zip.entry("a.npy", Bytes(20), 8);
  EXPECT_THAT(file_error("x.npz", zip.build()),
              AllOf(HasSubstr("\"a.npy\""), HasSubstr("compressed"), HasSubstr("np.savez,")));
}

TEST(Zip, SaysWhatIsWrongWithAnArchive) {
  ZipBuilder zip;
  zip.entry("a.npy", npy_array("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", six_floats));
  const Bytes whole = zip.build();
  // Cut anywhere, it is refused, never misread.
  for (size_t length = 4; length < whole.size(); ++length) {
    EXPECT_NE(file_error("x.npz", std::span(whole).first(length)), "") << length;
  }
  EXPECT_THAT(file_error("x.npz", std::span(whole).first(whole.size() - 1)), HasSubstr("its list is missing"));
  EXPECT_THAT(file_error("x.zip", ZipBuilder().entry("readme.txt", bytes_of("hello")).build()),
              AllOf(HasSubstr("neither NumPy arrays nor"), HasSubstr("\"readme.txt\"")));
  Bytes moved = whole;
  moved[moved.size() - 6] ^= 1;  // the place of the list
  EXPECT_THAT(file_error("x.npz", moved), HasSubstr("damaged"));
}

}  // namespace
}  // namespace nibble

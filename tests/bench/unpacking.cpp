#include "bench/unpacking.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "derived/matrix_decoder.h"

namespace nibble::bench {
namespace {

constexpr uint64_t rows = 128, columns = 4096, group = 128, block = 16, absmax_block = 64;
constexpr int rounds = 25;

struct Layout {
  const char *type, *operation;
  DerivedMatrix matrix;
};

DerivedMatrix matrix_of(MatrixForm form, StoredMatrix data, StoredMatrix scales, uint64_t scale_columns) {
  DerivedMatrix matrix;
  matrix.form = form;
  matrix.rows = rows;
  matrix.columns = columns;
  matrix.data = data;
  matrix.scales = scales;
  matrix.scale_columns = scale_columns;
  return matrix;
}

std::vector<Layout> layouts() {
  const auto stored = [](Type type, uint64_t down, uint64_t across) { return StoredMatrix{0, 0, type, down, across}; };
  std::vector<Layout> list;
  const auto gptq = [&](uint32_t bits, const char* operation) {
    DerivedMatrix matrix = matrix_of(MatrixForm::codes_in_columns, stored(Type::i32, columns * bits / 32, rows),
                                     stored(Type::f16, columns / group, rows), group);
    matrix.zeros = stored(Type::i32, columns / group, rows * bits / 32);
    matrix.bits = bits;
    list.push_back({"gptq", operation, matrix});
  };
  gptq(2, "decode, 2 bits");
  gptq(3, "decode, 3 bits");
  gptq(4, "decode, 4 bits");
  gptq(8, "decode, 8 bits");
  DerivedMatrix awq = matrix_of(MatrixForm::codes_across, stored(Type::i32, columns, rows / 8),
                                stored(Type::f16, columns / group, rows), group);
  awq.zeros = stored(Type::i32, columns / group, rows / 8);
  list.push_back({"awq", "decode, 4 bits", awq});
  DerivedMatrix packed = matrix_of(MatrixForm::codes_in_rows, stored(Type::i32, rows, columns / 8),
                                   stored(Type::bf16, rows, columns / group), group);
  list.push_back({"compressed", "decode, 4 bits", packed});
  packed.zeros = stored(Type::i32, rows / 8, columns / group);
  list.push_back({"compressed", "decode, 4 bits with zeros", packed});
  DerivedMatrix nvfp4 = matrix_of(MatrixForm::levels_in_rows, stored(Type::i8, rows, columns / 2),
                                  stored(Type::f8_e4m3, rows, columns / block), block);
  nvfp4.global = stored(Type::f32, 1, 1);
  list.push_back({"nvfp4", "decode, with a global scale", nvfp4});
  DerivedMatrix nf4 = matrix_of(MatrixForm::levels_in_rows, stored(Type::i8, rows, columns / 2),
                                stored(Type::i8, rows, columns / absmax_block), absmax_block);
  nf4.levels = stored(Type::f32, 1, 16);
  nf4.nested = {stored(Type::f32, 1, rows * columns / absmax_block / 256), stored(Type::f32, 1, 256), 256, 0.1f};
  list.push_back({"nf4", "decode, nested", nf4});
  DerivedMatrix int8 =
      matrix_of(MatrixForm::scaled, stored(Type::i8, rows, columns), stored(Type::f32, rows, 1), columns);
  int8.factor = 1.0f / 127;
  list.push_back({"int8", "decode", int8});
  DerivedMatrix fp8 = matrix_of(MatrixForm::scaled, stored(Type::f8_e4m3, rows, columns),
                                stored(Type::f32, rows / 128, columns / 128), 128);
  fp8.scale_rows = 128;
  list.push_back({"fp8", "decode, blocks of 128 x 128", fp8});
  return list;
}

}  // namespace

std::vector<Figure> measure_unpacking(const std::string& filter) {
  std::vector<Figure> speeds;
  std::mt19937 random(1);
  std::vector<float> values(rows * columns);
  MatrixDecoder decoder(best_kernel());
  for (const auto& [type, operation, matrix] : layouts()) {
    if ((std::string(type) + ' ' + operation).find(filter) == std::string::npos) continue;
    uint64_t bytes = 0;
    Rectangle all{&matrix, 0, 0, rows, columns};
    all.read([&](const StoredMatrix& stored, uint64_t, uint64_t, uint64_t down, uint64_t across) {
      const uint64_t at = bytes;
      bytes += down * across * format_of(stored.type).block_bytes;
      return at;
    });
    std::vector<uint8_t> input(bytes);
    for (uint8_t& byte : input) byte = static_cast<uint8_t>(random() & 0x3f);
    double best = 1e9;
    for (int round = 0; round < rounds; ++round) {
      const auto begin = std::chrono::steady_clock::now();
      decoder.decode(all, input.data(), values.data());
      best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    speeds.push_back({type, operation, static_cast<double>(rows * columns) / 1e6 / best});
  }
  return speeds;
}

}  // namespace nibble::bench

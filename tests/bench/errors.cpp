// How much error each method leaves: RMSE against llama.cpp's, per format, over generated weights and over the matrices
// of small models. Prints a table in Markdown.
//
//   errors [--most WEIGHTS] [MODEL.gguf|MODEL.safetensors ...]
//
// Of each model the first --most weights (one million unless told) of matrices whose rows are whole super-blocks are
// taken, or, where a model has none, of those whose rows are whole blocks of 32. Searches without a vector kernel get a
// thirty-second of the weights.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "codec/codec.h"
#include "core/kernel_inputs.h"
#include "error.h"
#include "model/model.h"
#include "search/scale_methods.h"

namespace nibble::bench {
namespace {

struct Data {
  std::string name;
  std::vector<float> weights;
  size_t run = 256;  ///< they come in whole runs of so many
};

/// The ratio of two chi-square-like sums gives the tails of Student's t with five degrees of freedom.
void student_t5(testing::Random& random, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    float squares = 0;
    for (int k = 0; k < 5; ++k) {
      const float g = random.gauss();
      squares += g * g;
    }
    x[i] = 0.02f * random.gauss() / std::sqrt(squares / 5);
  }
}
void laplace(testing::Random& random, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = -0.015f * random.sign() * std::log(1 - random.uniform());
}

Data generated(const char* name, testing::Fill fill, size_t count) {
  Data data{name, std::vector<float>(count)};
  testing::Random random(2026);
  fill(random, data.weights.data(), count);
  return data;
}

Data read_model(const std::string& path, size_t most) {
  std::ifstream stream(path, std::ios::binary);
  const std::vector<uint8_t> file{std::istreambuf_iterator<char>(stream), {}};
  Data data{std::filesystem::path(path).stem().string(), {}};
  Model model;
  ByteRange wanted{0, std::min<uint64_t>(file.size(), 256 << 10)};
  while (wanted.bytes > 0) {
    wanted =
        model.offer(0, data.name, file.size(), wanted.offset, std::span(file).subspan(wanted.offset, wanted.bytes));
  }
  model.complete();
  for (const size_t run : {256, 32}) {
    if (!data.weights.empty()) break;
    data.run = run;
    for (const ModelTensor& tensor : model.tensors()) {
      if (tensor.shape.size() < 2 || tensor.shape[0] % run != 0 || tensor.slices.size() != 1) continue;
      uint64_t weights = 1;
      for (const uint64_t dimension : tensor.shape) weights *= dimension;
      const size_t taken = std::min<size_t>(weights, most - data.weights.size()) / run * run;
      const Decoder* decoder = find_decoder(tensor.stored, best_kernel());
      if (taken == 0 || !decoder) continue;
      const size_t at = data.weights.size();
      data.weights.resize(at + taken);
      decoder->decode(file.data() + tensor.slices.front().offset, &data.weights[at],
                      taken / find_format(tensor.stored)->block_length);
    }
  }
  return data;
}

double error_of(const Format& format, std::string_view method, const Data& data, size_t count) {
  const size_t row = data.run;
  const size_t row_bytes = format.bytes_for(row);
  const Quantizer& quantizer = *find_quantizer(format.type, method, best_kernel());
  const Decoder& decoder = *find_decoder(format.type, best_kernel());
  std::vector<uint8_t> blocks(row_bytes);
  std::vector<float> decoded(row);
  double error = 0;
  for (size_t at = 0; at + row <= count; at += row) {
    quantizer.quantize(&data.weights[at], blocks.data(), row, nullptr);
    decoder.decode(blocks.data(), decoded.data(), row / format.block_length);
    for (size_t i = 0; i < row; ++i) {
      const double off = static_cast<double>(data.weights[at + i]) - decoded[i];
      error += off * off;
    }
  }
  return error;
}

int main(int argc, char** argv) {
  size_t most = 1 << 20;
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--most" && i + 1 < argc) {
      most = std::max<size_t>(256, std::strtoull(argv[++i], nullptr, 10));
    } else {
      paths.emplace_back(argv[i]);
    }
  }
  std::vector<Data> sets = {generated("normal", testing::gauss, most / 4),
                            generated("Student t, 5", student_t5, most / 4), generated("Laplace", laplace, most / 4)};
  for (const std::string& path : paths) {
    sets.push_back(read_model(path, most));
    if (sets.back().weights.empty()) {
      std::fprintf(stderr, "%s: no matrix has rows of whole blocks\n", path.c_str());
      sets.pop_back();
    }
  }

  std::printf("| format | method |");
  for (const Data& data : sets) std::printf(" %s (%zu) |", data.name.c_str(), data.weights.size());
  std::printf("\n|---|---|");
  for (size_t i = 0; i < sets.size(); ++i) std::printf("---|");
  std::printf("\n");
  for (const Format& format : all_formats()) {
    for (const std::string_view method : {lowest_error_method, quick_method, exact_method}) {
      if (!find_quantizer(format.type, method, best_kernel())) continue;
      // A search without a vector kernel takes minutes for what the others do in a second.
      const size_t share = find_quantizer(format.type, method, best_kernel())->kernel == Kernel::simd ? 1 : 32;
      std::printf("| %s | %s |", format.name.data(), method.data());
      for (const Data& data : sets) {
        if (data.run % format.block_length != 0) {
          std::printf(" – |");
          continue;
        }
        const size_t count = data.weights.size() / share / data.run * data.run;
        const double plain = error_of(format, llama_cpp, data, count), error = error_of(format, method, data, count);
        std::printf(" %.4f%s |", std::sqrt(error / plain), share > 1 ? " *" : "");
        std::fflush(stdout);
      }
      std::printf("\n");
    }
  }
  std::printf("\n\\* of the first thirty-second of the weights\n");
  return 0;
}

}  // namespace
}  // namespace nibble::bench

int main(int argc, char** argv) {
  try {
    return nibble::bench::main(argc, argv);
  } catch (const nibble::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

// How fast every decoder and quantizer runs, scalar beside vector beside a plain copy of the same floats. One program
// for the native build and for wasm under Node. The three are measured in turns, round after round, and the fastest
// round of each counts: whatever else the machine does hits all of them alike.
//
//   throughput [--json] [--filter TEXT] [--milliseconds N]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "bench/cases.h"
#include "bench/rounding.h"
#include "bench/unpacking.h"
#include "network/product.h"

namespace nibble::bench {
namespace {

constexpr int rounds = 25;
constexpr size_t most_weights = size_t{1} << 22;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class Body>
double seconds_of(Body body) {
  const double begin = seconds_now();
  body();
  return seconds_now() - begin;
}

/// Million weights per second; 0 where there is no such kernel.
struct Speeds {
  double scalar = 0, simd = 0, copy = 0;
};

/// Runs the case until a tenth of a second has passed, which also lets a wasm engine finish optimizing, and returns how
/// many weights fill `milliseconds`.
size_t warm_up(Workload& load, const Case& entry, Kernel kernel, double milliseconds) {
  size_t count = Workload::row_length;
  double spent = 0, last = 0;
  while (spent < 0.1) {
    last = seconds_of([&] { load.run(entry, kernel, count); });
    spent += last;
    if (last < milliseconds / 1000) count = std::min(count * 2, load.weights());
  }
  const double fitting = static_cast<double>(count) * milliseconds / 1000 / std::max(last, 1e-6);
  const size_t rows = static_cast<size_t>(fitting) / Workload::row_length;
  return std::clamp<size_t>(rows * Workload::row_length, Workload::row_length, load.weights());
}

Speeds measure(Workload& load, const Case& entry, double milliseconds) {
  load.prepare(entry, load.weights());
  const bool has_scalar = entry.has(Kernel::scalar), has_simd = entry.has(Kernel::simd);
  size_t count = 0;
  if (has_scalar) count = warm_up(load, entry, Kernel::scalar, milliseconds);
  if (has_simd) count = std::max(count, warm_up(load, entry, Kernel::simd, milliseconds));
  double scalar = 1e9, simd = 1e9, copy = 1e9;
  for (int round = 0; round < rounds; ++round) {
    if (has_scalar) scalar = std::min(scalar, seconds_of([&] { load.run(entry, Kernel::scalar, count); }));
    if (has_simd) simd = std::min(simd, seconds_of([&] { load.run(entry, Kernel::simd, count); }));
    copy = std::min(copy, seconds_of([&] { load.copy(count); }));
  }
  const double millions = static_cast<double>(count) / 1e6;
  return {has_scalar ? millions / scalar : 0, has_simd ? millions / simd : 0, millions / std::max(copy, 1e-9)};
}

/// GFLOP/s of a product of as many rows as a tile has and 512 tokens, by the number of columns.
Speeds measure_product(size_t columns) {
  constexpr size_t rows = 128, panels = 512 / network::lanes;
  std::vector<float> weights(rows * columns, 0.5f), inputs(panels * columns * network::lanes, 0.25f);
  std::vector<float> out(panels * rows * network::lanes);
  const network::PlainInput input({inputs.data(), columns * network::lanes});
  const auto seconds = [&](Kernel kernel) {
    return seconds_of([&] {
      network::multiply({weights.data(), rows, columns, columns}, input, 0, 0, panels,
                        {out.data(), rows * network::lanes}, network::Into::set, kernel);
    });
  };
  double least[2] = {0, 0};  // of scalar and simd, as far as they are linked
  for (int round = 0; round < rounds; ++round) {
    for (const Kernel kernel : every_kernel()) {
      double& best = least[kernel == Kernel::simd];
      best = round == 0 ? seconds(kernel) : std::min(best, seconds(kernel));
    }
  }
  const double operations = 2.0 * rows * static_cast<double>(columns * panels * network::lanes);
  const auto speed = [&](double time) { return time > 0 ? operations / 1e9 / time : 0; };
  return {speed(least[0]), speed(least[1]), 0};
}

void report_figures(const std::vector<Figure>& figures, bool json, nlohmann::json& report) {
  const char* kernel = best_kernel() == Kernel::simd ? "simd" : "scalar";
  for (const Figure& found : figures) {
    if (json) {
      nlohmann::json row = {
          {"type", found.type}, {"operation", found.operation}, {"scalar", 0}, {"simd", nullptr}, {"copy", nullptr}};
      row[kernel] = found.speed;
      report.push_back(row);
    } else {
      std::printf("%-10s %-44s %9.2f\n", found.type.c_str(), found.operation.c_str(), found.speed);
    }
  }
}

void measure_products(bool json, const std::string& filter, nlohmann::json& report) {
  for (const size_t columns : {size_t{256}, size_t{2048}, size_t{14336}}) {
    const std::string operation = "product, " + std::to_string(columns) + " columns, GFLOP/s";
    if (operation.find(filter) == std::string::npos) continue;
    const Speeds speeds = measure_product(columns);
    if (json) {
      report.push_back({{"type", "f32"},
                        {"operation", operation},
                        {"scalar", speeds.scalar},
                        {"simd", speeds.simd > 0 ? nlohmann::json(speeds.simd) : nlohmann::json()},
                        {"copy", nullptr}});
    } else {
      std::printf("%-10s %-36s %9.2f %9.2f\n", "f32", operation.c_str(), speeds.scalar, speeds.simd);
    }
  }
}

int main(int argc, char** argv) {
  bool json = false;
  std::string filter;
  double milliseconds = 4;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--json") {
      json = true;
    } else if (option == "--filter" && i + 1 < argc) {
      filter = argv[++i];
    } else if (option == "--milliseconds" && i + 1 < argc) {
      milliseconds = std::max(1.0, std::atof(argv[++i]));
    } else {
      std::fprintf(stderr, "Unknown option %s. Use --json, --filter TEXT, --milliseconds N.\n", argv[i]);
      return 2;
    }
  }
  Workload load(most_weights);
  nlohmann::json report = nlohmann::json::array();
  if (!json)
    std::printf("%-10s %-36s %9s %9s %7s %9s\n", "type", "million weights/s", "scalar", "simd", "ratio", "copy");
  for (const Case& entry : all_cases()) {
    if (entry.name().find(filter) == std::string::npos) continue;
    const Speeds speeds = measure(load, entry, milliseconds);
    if (json) {
      report.push_back({{"type", entry.format->name},
                        {"operation", entry.operation},
                        {"scalar", speeds.scalar},
                        {"simd", speeds.simd > 0 ? nlohmann::json(speeds.simd) : nlohmann::json()},
                        {"copy", speeds.copy}});
    } else if (speeds.simd > 0 && speeds.scalar > 0) {
      std::printf("%-10s %-36s %9.1f %9.1f %6.1fx %9.0f\n", entry.format->name.data(), entry.operation.c_str(),
                  speeds.scalar, speeds.simd, speeds.simd / speeds.scalar, speeds.copy);
    } else {
      std::printf("%-10s %-36s %9.1f %9.1f %7s %9.0f\n", entry.format->name.data(), entry.operation.c_str(),
                  speeds.scalar, speeds.simd, "-", speeds.copy);
    }
    if (!json) std::fflush(stdout);
  }
  measure_products(json, filter, report);
  report_figures(measure_unpacking(filter), json, report);
  report_figures(measure_rounding(filter), json, report);
  if (json) std::printf("%s\n", report.dump(1).c_str());
  return 0;
}

}  // namespace
}  // namespace nibble::bench

int main(int argc, char** argv) { return nibble::bench::main(argc, argv); }

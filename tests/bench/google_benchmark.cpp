// The same cases under Google Benchmark, for its options (repetitions, statistics, comparison of two runs). Native
// only.
#include <benchmark/benchmark.h>

#include "bench/cases.h"

int main(int argc, char** argv) {
  using namespace nibble;
  constexpr size_t weights = size_t{1} << 16;
  static bench::Workload load(weights);
  static const std::vector<bench::Case> cases = bench::all_cases();
  for (const bench::Case& entry : cases) {
    for (const Kernel kernel : {Kernel::scalar, Kernel::simd}) {
      if (!entry.has(kernel)) continue;
      const std::string name = entry.name() + "/" + std::string(kernel_name(kernel));
      benchmark::RegisterBenchmark(name.c_str(), [&entry, kernel](benchmark::State& state) {
        load.prepare(entry, weights);
        for (auto _ : state) {
          load.run(entry, kernel, weights);
          benchmark::ClobberMemory();
        }
        state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * weights));
      });
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}

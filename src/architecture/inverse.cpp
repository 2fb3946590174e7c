#include "architecture/inverse.h"

#include <algorithm>
#include <optional>

#include "container/text.h"
#include "error.h"

namespace nibble::architecture {
namespace {

/// More are no order that anything is stored in.
constexpr size_t most_parts = 4096;

/// A step of a view: `there` in the tensor that it looks at, `here` in the one that it makes.
struct Step {
  uint64_t count, there, here;
};

struct Steps {
  uint32_t made;
  uint64_t first_there, first_here;
  std::vector<Step> steps;  // by `there`, the shortest first
  bool log_of_minus;        // undoes what the view computes
};

Steps steps_of(const std::string& name, const MadeFrom& from) {
  const DerivedPart& view = from.view;
  if (!view.factors.empty() || view.reciprocal || view.log_of_minus) {
    throw Error("The values of " + in_quotes(name) + " were computed with when the GGUF file was made, which rounds.");
  }
  Steps result{from.made, view.first, from.offset, {}, view.minus_exp};
  uint64_t here = 1;
  for (const Axis& axis : view.axes) {
    if (axis.count > 1) result.steps.push_back({axis.count, axis.stride, here});
    here *= axis.count;
  }
  std::sort(result.steps.begin(), result.steps.end(), [](const Step& a, const Step& b) { return a.there < b.there; });
  return result;
}

/// The run that begins at weight `at` of the original, as a part of what was made; nothing when it is not in the view.
std::optional<DerivedPart> run_at(const Steps& view, uint64_t at) {
  if (at < view.first_there) return {};
  uint64_t rest = at - view.first_there;
  DerivedPart part{view.made, view.first_here, {}, {}};
  part.log_of_minus = view.log_of_minus;
  std::vector<bool> begun(view.steps.size());  // steps that the place is in the middle of
  for (size_t i = view.steps.size(); i-- > 0;) {
    const Step& step = view.steps[i];
    const uint64_t number = std::min(rest / step.there, step.count - 1);
    rest -= number * step.there;
    part.first += number * step.here;
    begun[i] = number > 0;
  }
  if (rest > 0) return {};
  uint64_t length = 1;
  for (size_t i = 0; i < view.steps.size() && view.steps[i].there == length && !begun[i]; ++i) {
    part.axes.push_back({view.steps[i].count, view.steps[i].here});
    length *= view.steps[i].count;
  }
  if (part.axes.empty()) part.axes.push_back({1, 1});
  return part;
}

}  // namespace

std::vector<DerivedPart> parts_of_original(const std::string& name, uint64_t count, std::span<const MadeFrom> views,
                                           bool zeros) {
  std::vector<Steps> all;
  uint64_t first = count;
  for (const MadeFrom& view : views) {
    all.push_back(steps_of(name, view));
    first = std::min(first, view.view.first);
  }
  std::vector<DerivedPart> parts;
  uint64_t at = 0;
  if (zeros && first > 0) {
    parts.push_back({DerivedPart::zeros, 0, {{first, 1}}, {}});
    at = first;
  }
  while (at < count) {
    std::optional<DerivedPart> part;
    for (const Steps& view : all) {
      if ((part = run_at(view, at))) break;
    }
    if (!part || part->count() > count - at) {
      throw Error("Not all values of " + in_quotes(name) + " are in the GGUF file.");
    }
    if (parts.size() == most_parts) {
      throw Error("The values of " + in_quotes(name) + " lie too far apart in the GGUF file to be put together again.");
    }
    at += part->count();
    parts.push_back(*std::move(part));
  }
  return parts;
}

std::vector<DerivedPart> alternating_parts(const std::string& name, uint64_t count, std::span<const MadeFrom> views) {
  const uint64_t parts = views.size();
  if (parts < 2 || count % parts != 0) return {};
  std::vector<DerivedPart> all(parts);
  for (const MadeFrom& from : views) {
    Steps view = steps_of(name, from);
    const uint64_t place = view.first_there;
    if (place >= parts || !all[place].axes.empty()) return {};
    view.first_there = 0;
    for (Step& step : view.steps) {
      if (step.there % parts != 0) return {};
      step.there /= parts;
    }
    const std::optional<DerivedPart> part = run_at(view, 0);
    if (!part || part->count() != count / parts) return {};
    all[place] = *part;
  }
  return all;
}

}  // namespace nibble::architecture

// SPDX-License-Identifier: Apache-2.0
#include "workflows/text_breaks.hpp"

#include <mutex>

namespace recapd::workflows {

namespace {

std::unique_ptr<icu::BreakIterator>
loaded(icu::BreakIterator *(*create)(const icu::Locale &, UErrorCode &)) {
  // Threads load one by one: what ICU loads for the first, all share.
  static std::mutex loading;
  const std::lock_guard lock{loading};
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::BreakIterator> made{
      create(icu::Locale::getRoot(), status)};
  need(status);
  return made;
}

}  // namespace

icu::BreakIterator &cluster_breaks() {
  thread_local const auto breaks =
      loaded(icu::BreakIterator::createCharacterInstance);
  return *breaks;
}

icu::BreakIterator &word_breaks() {
  thread_local const auto breaks =
      loaded(icu::BreakIterator::createWordInstance);
  return *breaks;
}

}  // namespace recapd::workflows

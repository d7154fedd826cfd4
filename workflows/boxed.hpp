// boxed: an optional value that takes eight bytes while it is missing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

namespace recapd::workflows {

/// Holds a T on the heap, or nothing. It stands in for std::optional where few
/// of very many objects have the value.
template <class T> class boxed {
public:
  boxed() = default;
  boxed(T value) : at_{std::make_unique<T>(std::move(value))} {}
  boxed(const boxed &other)
      : at_{other.at_ ? std::make_unique<T>(*other.at_) : nullptr} {}
  boxed(boxed &&) noexcept = default;
  boxed &operator=(boxed other) noexcept {
    at_ = std::move(other.at_);
    return *this;
  }
  ~boxed() = default;

  [[nodiscard]] bool has_value() const { return at_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  const T &operator*() const { return *at_; }
  const T *operator->() const { return at_.get(); }
  void reset() { at_.reset(); }

  bool operator==(const boxed &other) const {
    return at_ && other.at_ ? *at_ == *other.at_ : !at_ && !other.at_;
  }

private:
  std::unique_ptr<T> at_;
};

}  // namespace recapd::workflows

// A value that is mostly missing, and takes eight bytes while it is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace recapd::workflows {

/// As std::optional, but on the heap: for what few of the many objects in
/// memory have.
template <class T> class boxed {
public:
  boxed() = default;
  boxed(T value) : at_{std::make_unique<T>(std::move(value))} {}
  boxed(std::optional<T> maybe) {
    if (maybe) at_ = std::make_unique<T>(*std::move(maybe));
  }
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

// Children of an actor by key: spawned on demand, the idle ones passivated.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_cast.hpp>
#include <caf/actor_clock.hpp>
#include <caf/send.hpp>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/messages.hpp"

namespace recapd::actors {

/// Holds the children of one actor, for use by that actor. A child that is
/// being passivated ends when its work is done; what arrives for it meanwhile
/// is deferred for its successor, so nothing is sent to an actor that is about
/// to end. However a child ends, its state says child_gone, and the next
/// message spawns it anew.
template <class Ref> class children {
public:
  using time_point = caf::actor_clock::time_point;
  using spawner =
      std::function<Ref(const std::string &key, std::uint64_t generation)>;

  /// Takes how to spawn a child. Beyond `most` children those that were unused
  /// the longest are passivated; children that were unused for `idle`, at the
  /// next passivate_idle.
  children(spawner spawn, std::size_t most, caf::timespan idle)
      : spawn_{std::move(spawn)}, most_{most}, idle_{idle} {}
  children(const children &) = delete;
  children &operator=(const children &) = delete;
  /// Ends the children, however the parent ended.
  ~children() {
    for (auto &[key, child] : by_key_)
      caf::anon_send_exit(child.ref, caf::exit_reason::user_shutdown);
  }

  /// Calls `send` with the child: at once, or, while it is being passivated,
  /// with its successor once it has ended.
  template <class F>
  void deliver(const std::string &key, time_point now, F send) {
    auto &child = touch(key, now);
    if (!child.passivating) {
      send(child.ref);
    } else {
      if (!child.deferred) child.deferred = std::make_unique<sends>();
      child.deferred->emplace_back(std::move(send));
    }
    while (order_.size() > most_)
      ask_to_passivate(*order_.back());
  }

  void gone(const child_gone &m, time_point now) {
    auto *child = find(m.key, m.generation);
    if (child == nullptr) return;
    const auto deferred = std::move(child->deferred);
    erase(m.key);
    if (deferred)
      for (auto &send : *deferred)
        deliver(m.key, now, std::move(send));
  }

  void passivate_idle(time_point now) {
    while (!order_.empty()) {
      auto &child = *order_.back();
      if (now - child.used < idle_) break;
      ask_to_passivate(child);
    }
  }

  /// Passivates the children whose key suits; each has its token to its end.
  template <class Suits, class Token>
  void passivate_if(Suits suits, Token token_of) {
    for (auto &[key, child] : by_key_)
      if (!child.passivating && suits(key))
        ask_to_passivate(child, token_of(key));
  }
  /// Kills the children whose key suits, whatever they are doing.
  template <class Suits> void kill_if(Suits suits) {
    for (auto &[key, child] : by_key_)
      if (suits(key)) caf::anon_send_exit(child.ref, caf::exit_reason::kill);
  }

  template <class F> void each(F f) const {
    for (const auto &[key, child] : by_key_)
      f(child.ref);
  }
  [[nodiscard]] std::size_t size() const { return by_key_.size(); }

private:
  struct entry;
  using places = std::list<entry *>;
  using sends = std::vector<std::function<void(const Ref &)>>;

  struct entry {
    Ref ref;
    std::uint64_t generation = 0;
    time_point used;
    bool passivating = false;
    std::unique_ptr<sends> deferred;
    typename places::iterator place;
  };

  entry &touch(const std::string &key, time_point now) {
    auto it = by_key_.find(key);
    if (it == by_key_.end()) {
      const auto generation = ++generations_;
      it = by_key_
               .emplace(key, entry{.ref = spawn_(key, generation),
                                   .generation = generation,
                                   .used = now,
                                   .passivating = false,
                                   .deferred = nullptr,
                                   .place = {}})
               .first;
      order_.push_front(&it->second);
      it->second.place = order_.begin();
    } else if (!it->second.passivating) {
      order_.splice(order_.begin(), order_, it->second.place);
      it->second.used = now;
    }
    return it->second;
  }

  entry *find(const std::string &key, std::uint64_t generation) {
    const auto it = by_key_.find(key);
    if (it == by_key_.end() || it->second.generation != generation)
      return nullptr;
    return &it->second;
  }

  void erase(const std::string &key) {
    const auto it = by_key_.find(key);
    (it->second.passivating ? leaving_ : order_).erase(it->second.place);
    by_key_.erase(it);
  }

  void ask_to_passivate(entry &child,
                        const std::shared_ptr<void> &until_done = nullptr) {
    child.passivating = true;
    leaving_.splice(leaving_.begin(), order_, child.place);
    caf::anon_send(child.ref, passivate{until_done});
  }

  spawner spawn_;
  std::size_t most_;
  caf::timespan idle_;
  std::uint64_t generations_ = 0;
  places order_;    ///< children that stay, the last used first
  places leaving_;  ///< children that are being passivated
  std::unordered_map<std::string, entry> by_key_;
};

/// A member of a child's state that tells the parent when the state goes,
/// however the child ended. The key is not copied: it must be a member of the
/// state that stands before this one.
template <class Parent> class exit_note {
public:
  exit_note() = default;
  exit_note(const exit_note &) = delete;
  exit_note &operator=(const exit_note &) = delete;
  ~exit_note() {
    if (parent_)
      caf::anon_send(parent_,
                     child_gone{.key = *key_, .generation = generation_});
  }
  void address(Parent parent, const std::string &key,
               std::uint64_t generation) {
    parent_ = std::move(parent);
    key_ = &key;
    generation_ = generation;
  }

private:
  Parent parent_;
  const std::string *key_ = nullptr;
  std::uint64_t generation_ = 0;
};

}  // namespace recapd::actors

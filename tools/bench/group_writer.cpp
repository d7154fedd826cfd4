// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/group_writer.hpp"
#include <algorithm>
#include <barrier>
#include <chrono>
#include <deque>
#include <exception>
#include <thread>

#include "tools/bench/groups.hpp"

namespace recapd::bench {

namespace {

struct block {
  std::size_t from;
  std::size_t to;
};

/// One connection's share of the work.
class writer {
public:
  writer(const std::string &database, const row_book &book, const campus &where,
         group_statements &shared)
      : connection_{database}, book_{book}, where_{where}, shared_{shared} {}

  void add(block b) { blocks_.push_back(b); }

  void build_all() {
    for (const auto &b : blocks_)
      for (std::size_t s = 0; s < steps(); ++s)
        built_.push_back(build(b, s));
  }

  void write(const std::function<void(std::size_t)> &told) {
    for (const auto &b : blocks_) {
      for (std::size_t s = 0; s < steps(); ++s) {
        if (built_.empty()) {
          commit(build(b, s));
        } else {
          commit(built_.front());
          built_.pop_front();
        }
      }
      told(b.to - b.from);
    }
  }

  std::exception_ptr failure;

private:
  [[nodiscard]] std::size_t steps() const {
    return book_.rows_for(where_.at(0)).size();
  }
  [[nodiscard]] group build(const block &b, std::size_t s) const {
    return build_group(book_, where_, s, b.from, b.to, shared_);
  }
  void commit(const group &g) {
    connection_.in_transaction([&] {
      for (const auto &[statement, args] : g)
        connection_.run(*statement, args);
    });
  }

  storage::postgres::connection connection_;
  const row_book &book_;
  const campus &where_;
  group_statements &shared_;
  std::vector<block> blocks_;
  std::deque<group> built_;
};

}  // namespace

double write_groups(const std::string &database, const row_book &book,
                    const campus &where, std::size_t count,
                    const group_options &how) {
  group_statements shared{book.free_position()};
  std::deque<writer> writers;
  for (std::size_t i = 0; i < how.connections; ++i)
    writers.emplace_back(database, book, where, shared);
  std::size_t next_writer = 0;
  for (std::size_t at = 0; at < count; at += how.group)
    writers[next_writer++ % writers.size()].add(
        {at, std::min(at + how.group, count)});

  std::atomic<std::size_t> done{0};
  const auto told = [&](std::size_t lessons) {
    done += lessons;
    if (how.tell) how.tell(done);
  };
  auto began = std::chrono::steady_clock::now();
  std::barrier ready{
      static_cast<std::ptrdiff_t>(writers.size()),
      [&]() noexcept { began = std::chrono::steady_clock::now(); }};
  std::vector<std::thread> threads;
  for (auto &w : writers)
    threads.emplace_back([&] {
      try {
        if (how.built_before) w.build_all();
      } catch (...) {
        w.failure = std::current_exception();
      }
      ready.arrive_and_wait();
      try {
        if (!w.failure) w.write(told);
      } catch (...) {
        w.failure = std::current_exception();
      }
    });
  for (auto &t : threads)
    t.join();
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - began;
  for (const auto &w : writers)
    if (w.failure) std::rethrow_exception(w.failure);
  return took.count();
}

}  // namespace recapd::bench

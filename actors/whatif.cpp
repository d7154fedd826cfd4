// SPDX-License-Identifier: Apache-2.0
#include "actors/whatif.hpp"

#include <algorithm>
#include <exception>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <sys/resource.h>
#include <thread>

#include "actors/policy_book.hpp"
#include "storage/record_reading.hpp"
#include "workflows/whatif/term.hpp"

namespace recapd::actors {

namespace wf = workflows;

namespace {

constexpr int lowest_priority = 19;
/// How much is read at once.
const storage::page_bounds a_read{500, 4'194'304};
constexpr int days_a_week = 7;
/// What a session's refused commands may take whatever others of its week do.
constexpr std::int64_t few_refused = 16'384;

/// Makes this thread give way to all others.
void give_way() {
  // On Linux the priority is the thread's own. Without it the answer is right,
  // too.
  static_cast<void>(::setpriority(PRIO_PROCESS, 0, lowest_priority));
}

/// What the threads of a what-if share.
class gathering {
public:
  gathering(const whatif_question &q, const whatif_work &w)
      : q_{q}, w_{w}, first_weekday_{q.policy.base.week_starts_on} {
    const auto store = w.stores();
    book_.add(store->load_policies());
    of_ = store->count_starting(q.from, q.to, q.programs);
    week_ = wf::week_of({.starts_at = q.from - furthest, .timezone = "UTC"},
                        first_weekday_);
    report(0);
  }

  /// Works on one week after the other, until none is left.
  void work() {
    give_way();
    const auto store = w_.stores();
    while (const auto week = next_week(*store))
      work_on(*week, *store);
  }

  /// Notes that a thread has failed: the others stop.
  void fail(std::exception_ptr why) {
    const std::lock_guard lock{mutex_};
    if (!failed_) failed_ = std::move(why);
  }

  whatif_answer answer() {
    if (failed_) std::rethrow_exception(failed_);
    whatif_answer out{.sums = sums_, .more = more_};
    for (auto &[id, d] : differing_)
      out.differing.push_back(std::move(d));
    return out;
  }

private:
  static constexpr auto furthest = std::chrono::hours{15};

  /// Returns the next week that has sessions of the range; nothing at the end.
  std::optional<int> next_week(storage::store &store) {
    const std::lock_guard lock{mutex_};
    const auto from =
        std::max(q_.from, wf::span_of(week_, first_weekday_).from);
    if (failed_ || from >= q_.to) return std::nullopt;
    const auto first =
        store.list_recorded({.from = from, .to = q_.to, .most = 1});
    if (first.empty()) return std::nullopt;
    week_ = std::max(
        week_, wf::week_of({.starts_at = first.front().starts_at - furthest,
                            .timezone = "UTC"},
                           first_weekday_));
    return std::exchange(week_, week_ + days_a_week);
  }

  void work_on(int week, storage::store &store) {
    const auto span = wf::span_of(week, first_weekday_);
    wf::term sessions{judged_, q_.now};
    storage::recorded_filter next{
        .from = span.from, .to = span.to, .most = a_read};
    std::int64_t refused = 0;
    const auto read = [&store](const storage::recorded_filter &f) {
      give_way();
      return store.list_recorded(f);
    };
    // While a page is looked at, the server works on the next.
    auto page = std::async(std::launch::async, read, next);
    for (bool more = true; more;) {
      const auto rows = page.get();
      more = rows.more;
      if (more) {
        next.from = rows.back().starts_at;
        next.after = rows.back().id;
        page = std::async(std::launch::async, read, next);
      }
      add(rows, week, sessions, refused);
    }
    if (!sessions.play([this] { return goes_on(); })) throw whatif_stopped{};
    collect(sessions);
  }

  /// Adds sessions to their week; `refused` is what it holds of refused
  /// commands.
  void add(const storage::page<storage::recorded_session> &rows, int week,
           wf::term &to, std::int64_t &refused) {
    std::int64_t replayed = 0;
    for (const auto &row : rows) {
      if (!goes_on()) throw whatif_stopped{};
      auto record = storage::to_record(row);
      if (!record.has_value())
        throw std::runtime_error{"session " + row.id + ": " + record.error()
                                 + "; see recapctl check"};
      const auto at = wf::whereabouts_of(*record, judged_);
      const bool asked = at && at->starts_at >= q_.from && at->starts_at < q_.to
                         && q_.programs.includes(at->program);
      const auto counts = asked ? at : wf::whereabouts_of(*record, as_were_);
      if (!counts || wf::week_of(*counts, first_weekday_) != week) continue;
      if (asked)
        refused += std::max<std::int64_t>(0, storage::refused_bytes(row)
                                                 - few_refused);
      if (refused > storage::most_refused_bytes - few_refused)
        throw whatif_too_large{row.id};
      auto of = wf::make_script(*std::move(record), as_were_);
      if (asked)
        to.add_replayed(std::move(of));
      else
        to.add_followed(std::move(of));
      replayed += asked ? 1 : 0;
    }
    report(replayed);
  }

  void collect(const wf::term &played) {
    const auto sums = played.summary();
    const std::lock_guard lock{mutex_};
    sums_.add(sums);
    played.each([this](const wf::script &of, const wf::replay &r) {
      if (of.id <= q_.after) return;
      if (auto d = wf::difference_of(of, r)) differing_.emplace(of.id, *d);
      if (differing_.size() <= w_.most_differences) return;
      differing_.erase(std::prev(differing_.end()));
      more_ = true;
    });
  }

  bool goes_on() {
    const std::lock_guard lock{mutex_};
    return !failed_ && w_.goes_on();
  }

  void report(std::int64_t more) {
    const std::lock_guard lock{mutex_};
    done_ += more;
    w_.progress(done_, std::max(done_, of_));
  }

  const whatif_question &q_;
  const whatif_work &w_;
  int first_weekday_;
  policy_book book_;
  wf::rulebook as_were_ = [this](int version, std::string_view program,
                                 std::string_view course) -> const wf::rules & {
    const auto *found = book_.find(version);
    if (found == nullptr)
      throw std::runtime_error{"policy version " + std::to_string(version)
                               + " is not in the database"};
    return found->rules_for(program, course);
  };
  wf::rulebook judged_ = [this](int, std::string_view program,
                                std::string_view course) -> const wf::rules & {
    return q_.policy.rules_for(program, course);
  };

  std::mutex mutex_;
  int week_ = 0;  ///< the next one, by its Thursday
  std::int64_t done_ = 0;
  std::int64_t of_ = 0;
  wf::whatif_summary sums_;
  std::map<std::string, wf::whatif_difference> differing_;
  bool more_ = false;
  std::exception_ptr failed_;
};

}  // namespace

whatif_answer ask_whatif(const whatif_question &question,
                         const whatif_work &work) {
  gathering all{question, work};
  // Joined also where one more cannot be started.
  std::vector<std::jthread> threads;
  for (int i = 0; i < work.threads; ++i)
    threads.emplace_back([&all] {
      try {
        all.work();
      } catch (...) {
        all.fail(std::current_exception());
      }
    });
  threads.clear();
  return all.answer();
}

}  // namespace recapd::actors

// Writing what commands, events and rows have in common, by either writer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "workflows/json/writers.hpp"
#include "workflows/session/session.hpp"

namespace recapd::workflows {

/// The stored name of a kind of limit.
[[nodiscard]] std::string_view to_string(limit_kind k);

/// Of an event or a row: nothing where none is raised.
template <class Writer> void put_flags(Writer &to, flag_set flags) {
  if (flags.any()) to.put("flags", flags.names());
}

// Each `write_…` is an object with a template inside, so that it can be handed
// to a writer's `object` and `list`.

struct write_recap {
  template <class Writer> void operator()(Writer &to, const recap &r) const {
    to.put("topics_covered", r.topics_covered);
    to.put("how_tutee_did", r.how_tutee_did);
    to.put("next_steps", r.next_steps);
  }
};

/// For the command and the event alike.
struct write_schedule {
  template <class Writer>
  void operator()(Writer &to, const schedule_session &c) const {
    to.put("tutor", c.tutor);
    to.put("course", c.course);
    to.put("starts_at", c.starts_at);
    to.put("modality", to_string(c.how));
    to.put("students", c.students);
    to.put("program", c.program);
    if (c.rate_per_hour) to.put("rate_per_hour", *c.rate_per_hour);
    if (c.currency) to.put("currency", *c.currency);
    if (c.timezone) to.put("timezone", *c.timezone);
  }
};

struct write_usage {
  template <class Writer>
  void operator()(Writer &to, const counted_usage &h) const {
    write(to, h.key, h.amount);
  }
  template <class Writer> void operator()(Writer &to, const claim &c) const {
    write(to, c.key, c.amount);
    to.put("cap", c.cap);
  }

private:
  template <class Writer>
  static void write(Writer &to, const usage_key &key, int amount) {
    to.put("kind", to_string(key.kind));
    to.put("owner", key.owner);
    to.put("item", key.item);
    to.put("period", key.period);
    to.put("amount", amount);
  }
};

struct write_transfer {
  template <class Writer> void operator()(Writer &to, const transfer &t) const {
    to.put("kind", to_string(t.kind));
    to.put("from", t.from);
    to.put("to", t.to);
    to.put("amount", t.amount);
    to.put("currency", t.currency);
    if (t.kind == transfer_kind::correction) to.put("n", t.n);
  }
};

struct write_reminders {
  template <class Writer>
  void operator()(Writer &to, const reminder_progress &p) const {
    for (const auto &kind : reminder_table)
      kind.list ? to.put(kind.name, p.over[kind.kind])
                : to.put(kind.name, p.over[kind.kind] > 0);
    if (p.reopened) to.put("reopened", true);
  }
};

}  // namespace recapd::workflows

// The JSON forms of commands and events.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/parse.hpp>

#include "workflows/json/members.hpp"
#include "workflows/json/session.hpp"

namespace recapd::workflows {

namespace json = boost::json;

namespace {

using commands = alternatives<command>;
using events = alternatives<event_body>;

/// The number of commands that are sent: all but the engine's own at the end.
constexpr std::size_t sent_commands = commands::types.size() - 1;

template <class Result>
boost::system::result<Result, std::string>
read_data(typename alternatives<Result>::reader read, const json::value &data,
          bool versioned) {
  field_error error;
  fields in{data, "data", error};
  if (versioned) static_cast<void>(in.whole("v", 1, event_schema));
  auto value = read(in);
  in.close();
  if (error.any()) return {boost::system::in_place_error, error.text()};
  return {boost::system::in_place_value, std::move(value)};
}

/// Writes a command's members, texts and recaps by their figures.
class figures_writer : public member_writer<text_writer> {
public:
  explicit figures_writer(text_writer &to)
      : member_writer<text_writer>{to}, to_{to} {}
  void text(std::string_view name, const std::string &v) {
    to_.object(name, figures_of(v), write_members{});
  }
  void object(std::string_view name, const recap &v) {
    to_.object(name, figures_of(v), write_members{});
  }

private:
  text_writer &to_;
};

/// Reads a command's members from what figures_writer writes: its texts stay
/// empty.
class figures_reader : public member_reader {
public:
  figures_reader(fields &in, text_figures &of_recap)
      : member_reader{in}, of_recap_{of_recap} {}
  void text(std::string_view name, std::string &) {
    text_figures of_text;
    member_reader::object(name, of_text);
  }
  void object(std::string_view name, recap &) {
    member_reader::object(name, of_recap_);
  }

private:
  text_figures &of_recap_;
};

template <class Command>
command read_figures(fields &in, text_figures &of_recap) {
  Command value;
  figures_reader m{in, of_recap};
  Command::each_member(m, value);
  return value;
}

template <std::size_t... I>
constexpr auto figures_readers_of(std::index_sequence<I...>) {
  return std::array{read_figures<std::variant_alternative_t<I, command>>...};
}
constexpr auto figures_readers =
    figures_readers_of(std::make_index_sequence<sent_commands>{});

template <class Writer> void write_event(Writer &&to, const event_body &e) {
  to.put("v", event_schema);
  std::visit([&](const auto &what) { write_members{}(to, what); }, e);
}

}  // namespace

std::span<const std::string_view> command_types() {
  return std::span{commands::types}.first(sent_commands);
}

std::string_view type_of(const command &c) {
  return commands::types.at(c.index());
}

json::object to_json(const command &c) {
  return std::visit([](const auto &what) { return object_of(what); }, c);
}

void append_text(std::string &to, const command &c) {
  std::visit([&](const auto &what) { write_members{}(text_writer{to}, what); },
             c);
}

std::string to_replay_text(const command &c, const refusal_basis &on) {
  std::string out;
  const auto write = [&](text_writer &&to) {
    to.put("type", type_of(c));
    std::visit(
        [&to](const auto &what) {
          to.object("data", what, [](auto &inner, const auto &members) {
            figures_writer m{inner};
            std::decay_t<decltype(members)>::each_member(m, members);
          });
        },
        c);
    to.object("on", on, write_members{});
  };
  write(text_writer{out});
  return out;
}

boost::system::result<replay_command, std::string>
parse_replay_text(std::string_view text) {
  const auto wrong = [](std::string why) {
    return boost::system::result<replay_command, std::string>{
        boost::system::in_place_error, std::move(why)};
  };
  boost::system::error_code unreadable;
  const auto json = json::parse(text, unreadable);
  if (unreadable) return wrong("it is not JSON");
  field_error error;
  fields in{json, "command", error};
  const auto type = in.text("type");
  const auto at = std::ranges::find(command_types(), type);
  if (at == command_types().end()) return wrong("type: expected a command's");
  replay_command out;
  if (const auto *data = in.required("data")) {
    fields inner{*data, in.path_of("data"), error};
    const auto i = std::size_t(at - command_types().begin());
    out.what = figures_readers.at(i)(inner, out.figures);
    inner.close();
  }
  member_reader{in}.object("on", out.on);
  in.close();
  if (error.any()) return wrong(error.text());
  return out;
}

boost::system::result<command, std::string>
parse_command(std::string_view type, const json::value &data) {
  for (std::size_t i = 0; i < sent_commands; ++i)
    if (commands::types.at(i) == type)
      return read_data<command>(commands::readers.at(i), data, false);
  std::string wrong = "type: expected recapd. and one of";
  for (const auto known : command_types()) {
    wrong += known == commands::types.front() ? " " : ", ";
    wrong += known;
  }
  return {boost::system::in_place_error, std::move(wrong)};
}

std::string_view type_of(const event_body &e) {
  return events::types.at(e.index());
}

json::object to_json(const event_body &e) {
  json::object data;
  write_event(object_writer{data}, e);
  return data;
}

std::string to_text(const event_body &e) {
  std::string data;
  write_event(text_writer{data}, e);
  return data;
}

boost::system::result<event_body, std::string>
parse_event(std::string_view type, const json::value &data) {
  for (std::size_t i = 0; i < events::types.size(); ++i)
    if (events::types.at(i) == type)
      return read_data<event_body>(events::readers.at(i), data, true);
  return {boost::system::in_place_error,
          "type: expected an event's, not " + std::string{type}};
}

}  // namespace recapd::workflows

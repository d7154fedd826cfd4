// SPDX-License-Identifier: Apache-2.0
#include "config/layers.hpp"

#include <boost/json.hpp>
#include <cctype>
#include <charconv>

#include "workflows/utf8.hpp"

namespace recapd::config {

namespace json = boost::json;

namespace {

json::value number_of(const std::string &name, std::string_view text) {
  std::int64_t n = 0;
  const auto end = text.data() + text.size();
  const auto [at, ec] = std::from_chars(text.data(), end, n);
  if (ec != std::errc{} || at != end)
    throw config_error{name, "a whole number"};
  return n;
}

json::value json_of(const std::string &name, std::string_view text) {
  try {
    return parse_json(text);
  } catch (const config_error &e) {
    throw config_error{name, std::string{"JSON; in it "} + e.what()};
  }
}

json::value value_of(const std::string &name, shape form,
                     const std::string &text) {
  const bool nullable =
      form == shape::nullable_text || form == shape::nullable_number;
  if (nullable && text == "null") return nullptr;
  switch (form) {
  case shape::number:
  case shape::nullable_number:
    return number_of(name, text);
  case shape::json:
    return json_of(name, text);
  case shape::text:
  case shape::nullable_text:
    break;
  }
  return json::string{text};
}

/// Throws config_error unless a variable's or an option's text is UTF-8: it is
/// shown, logged and stored as JSON.
void require_utf8(const std::string &name, const std::string &text) {
  if (!workflows::valid_utf8(text)) throw config_error{name, "valid UTF-8"};
}

void put_option(tree &t, std::string_view path, const char *option,
                const std::optional<std::string> &value) {
  if (!value) return;
  require_utf8(option, *value);
  t.put(path, json::string{*value}, option);
}

}  // namespace

std::string variable_of(std::string_view path) {
  std::string name{"RECAPD_"};
  for (const char c : path)
    name +=
        c == '.'
            ? '_'
            : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::string tree::blame(std::string_view path) const {
  for (auto part = path; !part.empty();
       part = part.substr(0, part.find_last_of(".[") + 1)) {
    if (part.ends_with('.') || part.ends_with('[')) part.remove_suffix(1);
    const auto found = origins.find(part);
    if (found != origins.end())
      return found->second + std::string{path.substr(part.size())};
  }
  return std::string{path};
}

void tree::put(std::string_view path, json::value v, std::string origin) {
  json::object *at = &root;
  std::string_view rest = path;
  for (auto dot = rest.find('.'); dot != std::string_view::npos;
       dot = rest.find('.')) {
    auto &next = (*at)[rest.substr(0, dot)];
    if (next.is_null()) next.emplace_object();
    // The reader refuses a section of the wrong type.
    if (!next.is_object()) return;
    at = &next.get_object();
    rest.remove_prefix(dot + 1);
  }
  (*at)[rest] = std::move(v);
  origins.insert_or_assign(std::string{path}, std::move(origin));
}

section::section(const tree &t, std::string_view name) : tree_{t}, name_{name} {
  const auto *v = t.root.if_contains(name);
  if (!v) return;
  if (!v->is_object()) throw config_error{name_, "an object"};
  members_ = v->get_object();
}

const json::value *section::find(std::string_view key) const {
  const auto *in = &members_;
  for (auto dot = key.find('.'); dot != std::string_view::npos;
       dot = key.find('.', dot + 1)) {
    const auto begin = key.rfind('.', dot - 1) + 1;
    const auto *next = in->if_contains(key.substr(begin, dot - begin));
    if (next == nullptr) return nullptr;
    if (!next->is_object()) refuse(key.substr(0, dot), "an object");
    in = &next->get_object();
  }
  return in->if_contains(key.substr(key.rfind('.') + 1));
}

std::string section::blame(std::string_view key) const {
  return tree_.blame(name_ + "." + std::string{key});
}

void section::refuse(std::string_view key, const std::string &expected) const {
  throw config_error{blame(key), expected};
}

tree layered(std::string_view text, const environment &env,
             const overrides &options, const std::vector<scalar> &known) {
  tree t{.root = parse_file(text), .origins = {}};
  for (const auto &s : known) {
    auto name = variable_of(s.path);
    const auto found = env(name);
    if (!found || found->empty()) continue;
    require_utf8(name, *found);
    auto value = value_of(name, s.form, *found);
    t.put(s.path, std::move(value), std::move(name));
  }
  put_option(t, "node.listen", "--listen", options.listen);
  put_option(t, "node.data", "--data", options.data);
  put_option(t, "node.clock", "--clock", options.clock);
  put_option(t, "database.url", "--database", options.database);
  put_option(t, "ingress.kind", "--ingress", options.ingress);
  return t;
}

}  // namespace recapd::config

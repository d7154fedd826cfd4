// SPDX-License-Identifier: Apache-2.0
#include "gateway/mail/templates.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <kainjow/mustache.hpp>
#include <sstream>

#include "workflows/session/notices.hpp"
#include "workflows/utf8.hpp"

namespace recapd::gateway::mail {
namespace {

namespace fs = std::filesystem;
namespace mustache = kainjow::mustache;

constexpr std::string_view suffix = ".mustache";
constexpr std::string_view frame_kind = "frame";
constexpr std::string_view other_kind = "other";
constexpr std::string_view text_line = "\n--- text\n";
constexpr std::string_view html_line = "\n--- html\n";
constexpr std::array own_variables{
    "amount",   "automatic", "by",       "change",  "course",  "deadline",
    "decision", "hours",     "kind",     "link",    "message", "minutes",
    "name",     "note",      "reason",   "session", "site",    "starts_at",
    "students", "subject",   "to_staff", "tutor"};
constexpr std::array frame_variables{"body", "count",       "items",   "name",
                                     "site", "unsubscribe", "settings"};

template <class Names> bool among(const Names &names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// Returns the names of the variables and sections of a template.
std::vector<std::string> names_in(std::string_view source) {
  std::vector<std::string> names;
  for (auto at = source.find("{{"); at != std::string_view::npos;
       at = source.find("{{", at)) {
    const auto end = source.find("}}", at);
    if (end == std::string_view::npos) break;
    auto tag = source.substr(at + 2, end - at - 2);
    at = end + 2;
    if (tag.starts_with('!')) continue;
    while (!tag.empty()
           && std::string_view{"#^/&{ "}.find(tag.front())
                  != std::string_view::npos)
      tag.remove_prefix(1);
    while (!tag.empty() && tag.back() == ' ')
      tag.remove_suffix(1);
    names.emplace_back(tag);
  }
  return names;
}

std::string read_file(const fs::path &path) {
  std::ifstream in{path, std::ios::binary};
  std::stringstream text;
  text << in.rdbuf();
  if (!in) throw template_error{path.string() + ": it cannot be read"};
  return text.str();
}

mail_parts parts_of(std::string_view content, const std::string &where) {
  if (!workflows::valid_utf8(content))
    throw template_error{where + ": expected UTF-8"};
  const auto text = content.find(text_line);
  const auto html = content.find(html_line);
  if (text == std::string_view::npos || html == std::string_view::npos
      || html < text)
    throw template_error{where
                         + ": expected a subject, a line `--- text`, a text, a "
                           "line `--- html`, and HTML"};
  const auto behind_text = text + text_line.size();
  return {.subject = std::string{content.substr(0, text)},
          .text = std::string{content.substr(
              std::min(behind_text, html), html - std::min(behind_text, html))},
          .html = std::string{content.substr(html + html_line.size())}};
}

void check_part(const std::string &source, bool of_frame,
                const std::string &where) {
  const mustache::mustache parsed{source};
  if (!parsed.is_valid())
    throw template_error{where + ": " + parsed.error_message()};
  for (const auto &name : names_in(source))
    if (!(of_frame ? among(frame_variables, name) : among(own_variables, name)))
      throw template_error{std::string{where}
                               .append(": there is no variable `")
                               .append(name)
                               .append("`")};
}

mustache::data data_of(const template_values &values) {
  mustache::data data;
  // A section of a text is shown where there is one.
  for (const auto &[name, value] : values)
    if (!value.empty()) data.set(name, value);
  return data;
}

std::string as_it_is(const std::string &text) {
  return text;
}

std::string rendered(const std::string &source, const mustache::data &data,
                     bool html) {
  mustache::mustache one{source};
  if (!html) one.set_custom_escape(as_it_is);
  return one.render(data);
}

/// Returns a text in one line, without spaces at its ends.
std::string subject_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

mustache::data list_of(std::span<const mail_parts> items,
                       std::string mail_parts::*part) {
  mustache::data list{mustache::data::type::list};
  for (const auto &item : items) {
    mustache::data one;
    one.set("body", item.*part);
    list.push_back(one);
  }
  return list;
}

}  // namespace

templates::templates(const std::string &folder) {
  for (const auto &file : shipped_templates())
    add(std::string{file.name}, file.content,
        "config/mail/" + std::string{file.name});
  if (folder.empty()) return;
  std::error_code failed;
  std::vector<fs::path> files;
  for (fs::directory_iterator at{folder, failed}, end; !failed && at != end;
       at.increment(failed))
    if (at->path().extension() == suffix) files.push_back(at->path());
  if (failed) throw template_error{folder + ": " + failed.message()};
  std::ranges::sort(files);
  for (const auto &file : files)
    add(file.filename().string(), read_file(file), file.string());
}

void templates::add(const std::string &name, std::string_view content,
                    const std::string &where) {
  const auto key = name.substr(0, name.size() - suffix.size());
  const auto kind = key.substr(0, key.find('.'));
  const bool of_frame = kind == frame_kind;
  if (!of_frame && kind != other_kind
      && workflows::find_notice(kind) == nullptr)
    throw template_error{where + ": there is no kind of notification `" + kind
                         + "`"};
  auto parts = parts_of(content, where);
  for (const auto *part : {&parts.subject, &parts.text, &parts.html})
    check_part(*part, of_frame, where);
  sources_.insert_or_assign(key, std::move(parts));
}

const mail_parts &templates::find(std::string_view kind,
                                  std::string_view language) const {
  while (!language.empty()) {
    const auto found =
        sources_.find(std::string{kind} + "." + std::string{language});
    if (found != sources_.end()) return found->second;
    const auto dash = language.rfind('-');
    language = language.substr(0, dash == std::string_view::npos ? 0 : dash);
  }
  const auto found = sources_.find(kind);
  return found != sources_.end() ? found->second
                                 : sources_.find(other_kind)->second;
}

mail_parts templates::render(std::string_view kind, std::string_view language,
                             const template_values &values) const {
  const auto &source = find(kind, language);
  const auto data = data_of(values);
  mail_parts out{.subject = subject_line(rendered(source.subject, data, false)),
                 .text = rendered(source.text, data, false),
                 .html = {}};
  auto with_subject = values;
  with_subject["subject"] = out.subject;
  out.html = rendered(source.html, data_of(with_subject), true);
  return out;
}

mail_parts templates::frame(std::string_view language,
                            const template_values &values,
                            std::span<const mail_parts> items) const {
  const auto &source = find(frame_kind, language);
  const auto shown = [&](const std::string &from, std::string mail_parts::*part,
                         bool html) {
    auto data = data_of(values);
    data.set("items", list_of(items, part));
    return rendered(from, data, html);
  };
  return {.subject = items.size() == 1
                         ? items.front().subject
                         : subject_line(shown(source.subject,
                                              &mail_parts::subject, false)),
          .text = shown(source.text, &mail_parts::text, false),
          .html = shown(source.html, &mail_parts::html, true)};
}

}  // namespace recapd::gateway::mail

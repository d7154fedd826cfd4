// What mail says: a Mustache template a kind of notification, and a frame.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace recapd::gateway::mail {

/// Says which file is no template, and why.
class template_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The values of a template by the names of its variables. What is not there is
/// empty, and a section of it is left out.
using template_values = std::map<std::string, std::string, std::less<>>;

/// The three parts of a template, or what they have become.
struct mail_parts {
  std::string subject;
  std::string text;
  std::string html;
};

/// A file that is compiled in.
struct template_file {
  std::string_view name;  ///< `KIND.mustache`
  std::string_view content;
};
/// Returns the files of config/mail.
[[nodiscard]] std::span<const template_file> shipped_templates();

/// The templates of an installation. Its own files, `KIND.mustache` and
/// `KIND.LANGUAGE.mustache`, go before those that are compiled in.
class templates {
public:
  /// Reads a folder; an empty name: none. Throws template_error where a file is
  /// of no kind, cannot be read, is not of three parts, is no Mustache, or has
  /// a variable that there is not.
  explicit templates(const std::string &folder);

  /// Returns what one notification says in that language, if there is such a
  /// template, else in the installation's. Values are shown as they are, in
  /// HTML escaped. A kind without a template has that of `other`.
  [[nodiscard]] mail_parts render(std::string_view kind,
                                  std::string_view language,
                                  const template_values &values) const;
  /// Returns a mail's texts around those of its notifications, and the subject
  /// of one with several.
  [[nodiscard]] mail_parts frame(std::string_view language,
                                 const template_values &values,
                                 std::span<const mail_parts> items) const;

private:
  void add(const std::string &name, std::string_view content,
           const std::string &where);
  [[nodiscard]] const mail_parts &find(std::string_view kind,
                                       std::string_view language) const;

  std::map<std::string, mail_parts, std::less<>>
      sources_;  ///< by `KIND[.LANG]`
};

}  // namespace recapd::gateway::mail

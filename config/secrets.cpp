// SPDX-License-Identifier: Apache-2.0
#include "config/secrets.hpp"

#include <algorithm>
#include <charconv>

namespace recapd::config {

namespace {

constexpr auto npos = std::string_view::npos;

/// Returns true for what libpq takes for a space, whatever the locale.
bool space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool secret_key(std::string_view key) {
  return key.ends_with("password") || key.find("secret") != npos
         || key.starts_with("scram_");
}

std::string mask_user_info(std::string_view before_host) {
  const auto colon = before_host.find(':');
  if (colon == npos) return std::string{before_host};
  return std::string{before_host.substr(0, colon + 1)}.append(hidden);
}

/// Masks a password, and a name that stands alone: that lets in by itself.
std::string mask_whole_user_info(std::string_view before_host) {
  return before_host.find(':') == npos ? std::string{hidden}
                                       : mask_user_info(before_host);
}

/// Masks the secrets in `?key=value&…`. A host in brackets may hold a `?`
/// itself: what follows any of them counts as a key.
std::string mask_parameters(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("?&", 1), text.size());
    const auto equals = text.find('=');
    if (equals < end
        && secret_key(percent_decoded(text.substr(1, equals - 1)))) {
      out.append(text.substr(0, equals + 1)).append(hidden);
      text.remove_prefix(std::min(text.find('&', equals), text.size()));
    } else {
      out.append(text.substr(0, end));
      text.remove_prefix(end);
    }
  }
  return out;
}

/// Returns where user and password end. libpq takes the first `@`; a password
/// that holds an `@` or a `/` and was not encoded must not be shown either.
std::size_t user_info_end(std::string_view rest) {
  const auto first = rest.find_first_of("@/");
  const auto end = first != npos && rest[first] == '@'
                       ? rest.find_first_of("/?", first)
                       : rest.find('?');
  return rest.substr(0, end).rfind('@');
}

std::string mask_uri(std::string_view url) {
  const auto host = url.find("://") + 3;
  std::string out{url.substr(0, host)};
  auto rest = url.substr(host);
  if (const auto at = user_info_end(rest); at != npos) {
    out += mask_user_info(rest.substr(0, at));
    rest.remove_prefix(at);
  }
  const auto parameters = std::min(rest.find('?'), rest.size());
  out.append(rest.substr(0, parameters));
  return out + mask_parameters(rest.substr(parameters));
}

bool host_and_port(std::string_view authority) {
  const auto port = authority.find_last_not_of("0123456789");
  return authority.find(':') == npos || authority.ends_with(']')
         || (port != npos && authority[port] == ':'
             && (port == authority.find(':') || authority[port - 1] == ']'));
}

/// Returns where user and password end. What was meant as a password and not
/// encoded must not be shown either; only HTTP has an `@` behind the host.
std::size_t any_user_info_end(std::string_view scheme, std::string_view rest) {
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (!scheme.starts_with("http")) return rest.rfind('@');
  const auto at = authority.rfind('@');
  return at != npos || host_and_port(authority) ? at : rest.rfind('@');
}

/// Masks the values of a query or a fragment: any may be what lets somebody in.
std::string mask_values(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("?&#", 1), text.size());
    const auto equals = text.find('=');
    out += text.substr(0, equals < end ? equals + 1 : 1);
    if (end > 1) out += hidden;
    text.remove_prefix(end);
  }
  return out;
}

std::string mask_url(std::string_view url) {
  const auto colon = url.find("://");
  const auto host = colon == npos ? 0 : colon + 3;
  std::string out{url.substr(0, host)};
  auto rest = url.substr(host);
  if (const auto at = any_user_info_end(out, rest); at != npos) {
    out += mask_whole_user_info(rest.substr(0, at));
    rest.remove_prefix(at);
  }
  const auto values = std::min(rest.find_first_of("?#"), rest.size());
  out.append(rest.substr(0, values));
  return out + mask_values(rest.substr(values));
}

/// Returns where the next one of several URLs begins: at a comma before a
/// scheme, since a comma may be part of a password.
std::size_t next_url(std::string_view urls) {
  for (auto comma = urls.find(',', 1); comma != npos;
       comma = urls.find(',', comma + 1)) {
    const auto scheme = urls.substr(comma + 1);
    const auto colon = scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
    if (colon != npos && scheme.substr(colon).starts_with("://")) return comma;
  }
  return urls.size();
}

/// Reads `key = value` pairs as libpq does.
class pair_reader {
public:
  explicit pair_reader(std::string_view text) : text_{text} {}

  std::optional<std::string> masked() {
    std::string out;
    std::size_t copied = 0;
    for (skip_space(); at_ < text_.size(); skip_space()) {
      const auto key = take_key();
      skip_space();
      if (key.empty() || at_ == text_.size() || text_[at_] != '=')
        return std::nullopt;
      ++at_;
      skip_space();
      const auto begin = at_;
      if (!skip_value()) return std::nullopt;
      if (!secret_key(key)) continue;
      out.append(text_.substr(copied, begin - copied)).append(hidden);
      copied = at_;
      // A quoted value needs no space after it; `***` does.
      if (at_ < text_.size() && !space(text_[at_])) out += ' ';
    }
    return out.append(text_.substr(copied));
  }

private:
  void skip_space() {
    while (at_ < text_.size() && space(text_[at_]))
      ++at_;
  }

  std::string_view take_key() {
    const auto begin = at_;
    while (at_ < text_.size() && text_[at_] != '=' && !space(text_[at_]))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

  /// Skips a value. Returns false at a quote that nothing ends.
  bool skip_value() {
    const bool quoted = at_ < text_.size() && text_[at_] == '\'';
    if (quoted) ++at_;
    for (; at_ < text_.size(); ++at_) {
      if (quoted && text_[at_] == '\'') return ++at_, true;
      if (!quoted && space(text_[at_])) return true;
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    }
    return !quoted;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string> without_passwords(std::string_view database_url) {
  if (database_url.starts_with("postgresql://")
      || database_url.starts_with("postgres://"))
    return mask_uri(database_url);
  return pair_reader{database_url}.masked();
}

bool splits_password(std::string_view database_url) {
  if (!database_url.starts_with("postgres")) return false;
  const auto scheme = database_url.find("://");
  if (scheme == npos) return false;
  const auto rest = database_url.substr(scheme + 3);
  const auto end = user_info_end(rest);
  if (end == npos) return false;
  const auto first = rest.find_first_of("@/");
  return rest[first] == '@' ? end != first
                            : !host_and_port(rest.substr(0, first));
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const auto *digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size()
        && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string without_secrets(std::string_view urls) {
  std::string out;
  while (!urls.empty()) {
    const auto end = next_url(urls);
    out += mask_url(urls.substr(0, end));
    urls.remove_prefix(end);
  }
  return out;
}

std::vector<std::string> split_urls(std::string_view urls) {
  std::vector<std::string> all;
  while (!urls.empty()) {
    const auto end = next_url(urls);
    all.emplace_back(urls.substr(0, end));
    urls.remove_prefix(std::min(end + 1, urls.size()));
  }
  return all;
}

}  // namespace recapd::config

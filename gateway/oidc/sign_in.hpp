// The sign-in of people in browsers: by code with PKCE, kept in a cookie.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "config/config.hpp"
#include "gateway/oidc/key_ring.hpp"
#include "gateway/oidc/provider.hpp"
#include "gateway/oidc/used_texts.hpp"
#include "gateway/wire/auth.hpp"

namespace recapd::gateway::oidc {

/// How long a sign-in lasts, and how long one may take.
inline constexpr std::chrono::hours sign_in_life{8};
inline constexpr std::chrono::minutes sign_in_takes{10};

/// Where a browser goes next, and the cookie that it brings then.
struct next_step {
  std::string location;
  std::string cookie;      ///< the value
  std::string state = {};  ///< of what was begun
};

/// Why nobody is signed in.
struct not_signed_in {
  enum class kind : unsigned char {
    wrong,   ///< what came is not what was begun here
    nobody,  ///< the provider, or what it says, admits nobody
    later,   ///< provider or database do not answer
  };
  kind why = kind::wrong;
  std::string detail;  ///< a sentence
};

/// What the provider sent the browser back with.
struct returned {
  std::string code, state, issuer, error;
};

/// Nothing here waits but its own thread, which exchanges codes. Thread safe.
class sign_in {
public:
  /// The settings have a client and a public URL.
  sign_in(const config::settings &settings, std::shared_ptr<provider> with,
          std::shared_ptr<key_ring> keys);
  ~sign_in();
  sign_in(const sign_in &) = delete;
  sign_in &operator=(const sign_in &) = delete;

  using step = boost::system::result<next_step, not_signed_in>;

  /// Begins a sign-in that ends at that path of this site.
  [[nodiscard]] step begin(std::string_view path, workflows::instant now);

  /// Ends one, which `begun` is the cookie of; calls `done` once, from another
  /// thread where the provider has to be asked. It is asked once for each that
  /// was begun.
  void finish(returned what, std::string_view begun, workflows::instant now,
              std::function<void(step)> done);

  /// Returns whom a cookie of an ended sign-in stands for.
  [[nodiscard]] identified open(std::string_view cookie,
                                workflows::instant now);

  /// Returns where a browser signs out at the provider, too, and is led back to
  /// this site; an empty text where the provider has named no such address.
  [[nodiscard]] std::string end() const;

  /// Returns the path of this site below which people reach the node.
  [[nodiscard]] const std::string &home() const { return home_; }

  /// Returns true where cookies are for TLS only.
  [[nodiscard]] bool secure() const { return secure_; }

private:
  /// Far more than can be asked for while a sign-in may take.
  static constexpr std::size_t most_states = 10'000;
  struct begun_one;
  using job = std::function<void()>;

  step signed_in(const begun_one &begun, const std::string &code,
                 workflows::instant now);
  step admit(const std::string &id_token, const begun_one &begun,
             const provider_facts &facts, workflows::instant now);
  enum class place : unsigned char { taken, used_before, full };
  place enqueue(const std::string &state, job one);
  void run();

  const config::oidc how_;
  const std::string home_, site_, redirect_;
  const bool secure_;
  const std::shared_ptr<provider> provider_;
  const std::shared_ptr<key_ring> keys_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<job> jobs_;
  used_texts states_{most_states};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// Returns true for a path of this site alone, with what may follow it: a
/// browser that is sent there stays.
[[nodiscard]] bool own_path(std::string_view path);

}  // namespace recapd::gateway::oidc

// Long output goes through a pager, as git's does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace recapd::tools {

/// Where standard output is a terminal: sends it through RECAPCTL_PAGER, PAGER
/// or `less`, whichever is set and there, until destroyed; then waits until the
/// reader has closed it. An empty name or `cat` wants none.
class pager {
public:
  pager();
  ~pager();
  pager(const pager &) = delete;
  pager &operator=(const pager &) = delete;

private:
  pid_t child_ = -1;
};

}  // namespace recapd::tools

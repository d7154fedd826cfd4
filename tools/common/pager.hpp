// Long output goes through a pager, as git's does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace recapd::tools {

/// Where standard output is a terminal: collects what is written to it until
/// destroyed, and then shows it, through RECAPCTL_PAGER, PAGER or `less`,
/// whichever is set and there, if it is longer than the terminal. Waits until
/// the reader has closed the pager; a reader who reads no further is no error.
/// An empty name or `cat` stands for no pager.
class pager {
public:
  pager();
  ~pager();
  pager(const pager &) = delete;
  pager &operator=(const pager &) = delete;

private:
  std::string program_;
  int terminal_ = -1;  ///< the former standard output; -1: nothing is collected
  int collected_ = -1;  ///< a file in memory
};

}  // namespace recapd::tools

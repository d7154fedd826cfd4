// What `ps` shows of a program: its arguments, without the secrets in them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace recapd::tools {

/// Overwrites the secrets among the program's own arguments (`--token`; in
/// `--database`, `--nats` and `--url` the password) once they were read: every
/// user of the machine can see them.
void hide_secrets(int argc, char **argv);

}  // namespace recapd::tools

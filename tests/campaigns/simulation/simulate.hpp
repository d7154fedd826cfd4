// The simulation as a program.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace recapd::simulation {

/// Runs what the command line asks for and returns the exit status. With
/// `plants_bugs` it may ask for a planted bug.
int simulate(int argc, char **argv, bool plants_bugs);

}  // namespace recapd::simulation

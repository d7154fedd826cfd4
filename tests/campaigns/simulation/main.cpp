// The program of the simulation, and of the one with planted bugs.
// SPDX-License-Identifier: Apache-2.0
#include "simulate.hpp"

int main(int argc, char **argv) {
#ifdef RECAPD_PLANT_BUGS
  return recapd::simulation::simulate(argc, argv, true);
#else
  return recapd::simulation::simulate(argc, argv, false);
#endif
}

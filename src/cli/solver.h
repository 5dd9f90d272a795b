/* SPDX-License-Identifier: Apache-2.0 */
/* solver - the command "dispatch" of the program. */
#ifndef CLI_SOLVER_H
#define CLI_SOLVER_H

/*
 * argv[0] is its verb.  Returns the exit code: 0 done, 1 failed, 2 the input
 * is not a problem, 64 (EX_USAGE) the options are wrong.
 */
int solver_command(int argc, char **argv);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands: help, man page and completion are made from it. */
#include "cli/cli.h"
#include "cli/dispatch.h"

/* The solver's command counts its own name among its arguments. */
static int
run_dispatch(int argc, char **argv)
{
    return dispatch_command(argc + 1, argv - 1);
}

const struct command commands[] = {
    { "serve", "[--address A] [--port N] [--quiet]",
      "Serve the office; a new folder becomes a working, empty office.",
      serve_command },
    { "init", "", "Make a new office with the catalogue and calendars.",
      init_command },
    { "demo", "[--orders N] [--seed N]",
      "Make a demo office with a year of orders (20,000; up to 5,000,000).",
      demo_command },
    { "import",
      "units|persons|places|catalogue|requests [--map MAP.yaml] [--dry-run]"
      " [--json] FILE...",
      "Bring in what others have; importing twice makes nothing twice.",
      import_command },
    { "export", "units|persons|places [FILE] | all FOLDER",
      "A table as CSV, with the columns that import reads; or everything in"
      " the lists as JSON lines.",
      export_command },
    { "dispatch", "solve|rooms|bench|draw|replay ...",
      "The solver of routes and crews; see liangcao dispatch help.",
      run_dispatch },
    { "call", "--as ACCOUNT METHOD PATH [JSON]",
      "One request of the API in process, as an account.", call_command },
    { "password", "ACCOUNT",
      "Set a new password for an account and print it once.",
      password_command },
    { "audit",
      "verify [--expect FILE] [--key FILE] [--chains] [--json] | heads [--json]"
      " | seal | key FILE",
      "Verify the chains, seals and rows; print the heads of the chains; sign"
      " them; make a key to sign with.  Exit 8 when something is not as it was"
      " written.",
      audit_command },
    { "backup", "[--verify] [FILE]",
      "Copy the office's database while it is served. With --verify the copy"
      " is restored elsewhere, checked and compared with the office; a FILE"
      " that is there is verified as it is, and without FILE one is made in"
      " the folder of the nightly backups.",
      backup_command },
    { "restore", "[--despite-audit] FILE",
      "Make an office's database from a backup, which is checked before and"
      " stays as it is; with --despite-audit also when its audit is not whole.",
      restore_command },
    { "check", "",
      "Check the office: its file, its references, its schema, its audit.",
      check_command },
    { "routes", "[--openapi]", "The API: every route, or OpenAPI 3.1.",
      routes_command },
    { "help", "[--man] [--completion]",
      "The commands; as a manual page, or as a completion for bash.",
      help_command },
};

const size_t n_commands = COUNT(commands);

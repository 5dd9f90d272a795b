/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands: help, man page and completion are made from it. */
#include "cli/cli.h"
#include "cli/solver.h"

const struct command commands[] = {
    { "serve", "[--address A] [--port N] [--quiet]",
      .says = "Serve the office; a new folder becomes a working, empty"
              " office.",
      .run = serve_command },
    { "init", "", .says = "Make a new office with the catalogue and calendars.",
      .run = init_command },
    { "demo", "[--orders N] [--seed N]",
      .says = "Make a demo office with a year of orders (20,000; up to"
              " 5,000,000).",
      .run = demo_command },
    { "import",
      "TABLE|catalogue|requests [--map MAP.yaml] [--sheet NAME] [--dry-run]"
      " [--json] FILE... | undo NUMBER",
      .says = "Bring into an office that is there what others have, from CSV or"
              " Excel workbooks; importing twice makes nothing twice. undo"
              " takes an import of requests back.",
      .run = import_command },
    { "export", "TABLE [FILE] | all FOLDER",
      .says = "A table as CSV, with the columns that import reads; or"
              " everything in the lists as JSON lines.",
      .run = export_command },
    { "dispatch", "solve|rooms|bench|draw|replay ...",
      .says = "The solver of routes and crews; see liangcao dispatch help.",
      .run = solver_command },
    { "call", "--as ACCOUNT METHOD PATH [JSON]",
      .says = "One request of the API in process, as an account.",
      .run = call_command },
    { "password", "ACCOUNT",
      .says = "Set a new password for an account and print it once.",
      .run = password_command },
    { "audit",
      "verify [--expect FILE] [--key FILE] [--chains] [--json] | heads [--json]"
      " | seal | key FILE",
      .says = "Verify the chains, seals and rows; print the heads of the"
              " chains; sign them; make a key to sign with.  Exit 8 when"
              " something is not as it was written.",
      .run = audit_command },
    { "backup", "[--verify] [--replace] [FILE]",
      .says = "Copy the office's database while it is served. With --verify"
              " the copy is restored elsewhere, checked and compared with the"
              " office; a FILE that is there is verified as it is. With"
              " --replace a backup that is there is written over. Without FILE"
              " one is made in the folder of the nightly backups.",
      .run = backup_command },
    { "restore", "[--despite-audit] FILE",
      .says = "Make an office's database from a backup, which is checked"
              " before and stays as it is; with --despite-audit also when its"
              " audit is not whole.",
      .run = restore_command },
    { "check", "",
      .says = "Check the office: its file, its references, its schema, its"
              " audit.",
      .run = check_command },
    { "routes", "[--openapi|--lives]",
      .says = "The API: every route, OpenAPI 3.1, or the lives of its nouns.",
      .run = routes_command },
    { "version", "",
      .says = "Which release this is, and the database libraries with it.",
      .run = version_command },
    { "help", "[COMMAND|conf] [--man] [--completion]",
      .says = "The commands, one of them, or the names of liangcao.conf; as a"
              " manual page, or as a completion for bash.",
      .run = help_command },
};

const size_t n_commands = COUNT(commands);

const struct command *
command_find(const char *name)
{
    for (size_t i = 0; i < n_commands; i++)
        if (text_same(commands[i].name, name))
            return &commands[i];
    return NULL;
}

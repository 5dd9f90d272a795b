/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao version: what somebody says who reports a fault. */
#include <stdio.h>

#include "base/release.h"
#include "cli/cli.h"
#include "model/health.h"

int
version_command(int argc, char **argv)
{
    struct args a = { argc, argv, "version" };
    char libraries[STORE_LIBRARIES];
    int code = cli_end(&a);

    if (code != 0)
        return code;
    store_libraries(libraries);
    (void)printf("liangcao %s%s%s%s\n%s\n", release_number,
                 *release_commit ? " (" : "", release_commit,
                 *release_commit ? ")" : "", libraries);
    return EXIT_DONE;
}

void
office_tell_release(const struct app *app)
{
    char libraries[STORE_LIBRARIES];

    store_libraries(libraries);
    health_say(app, "release", HEALTH_GOOD, "liangcao %s %s; %s",
               release_number, release_commit, libraries);
}

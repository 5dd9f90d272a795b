/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses are a known proxy's. */
#include "http/inner.h"
#include "test.h"

TEST_PLAIN(networks_of_proxies_are_read_strictly)
{
    struct proxies p;

    (void)c;
    EXPECT(proxies_read(NULL, &p) && p.n == 0);
    EXPECT(proxies_read(" 10.0.0.0/9,::1 fd00::/8 ", &p) && p.n == 3);
    EXPECT(proxies_hold(&p, "10.127.0.1") && !proxies_hold(&p, "10.128.0.1"));
    EXPECT(proxies_hold(&p, "::1") && !proxies_hold(&p, "::2"));
    EXPECT(proxies_hold(&p, "fd12::9") && !proxies_hold(&p, "fe80::1"));
    EXPECT(!proxies_read("10.0.0.0/33", &p));
    EXPECT(!proxies_read("10.0.0", &p) && !proxies_read("proxy.local", &p));
    EXPECT(!proxies_read("10.0.0.0/x", &p) && !proxies_read("::/129", &p));
}

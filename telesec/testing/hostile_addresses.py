"""Addresses every outgoing client must refuse; the same list is tried against each library we use."""

HOSTILE: tuple[str, ...] = (
    "127.0.0.1",
    "::1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "::",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fc00::1",
    "fe80::1%eth0",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "fd00:ec2::254",
    "2001:0:7f00:1::",
)
# Loopback and link-local in forms a resolver understands and a careless check does not.
DISGUISES: tuple[str, ...] = (
    "2130706433",
    "0x7f.1",
    "127.1",
    "0177.0.0.1",
    "0x7f000001",
    "127.0.0.1.",
    "127.0.0.0x1",
    "fe80::1%1",
)

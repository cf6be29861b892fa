"""Addresses that must not be called: ways in which loopback, neighbours and metadata services have been spelled.

Written from the public reports of holes in chat servers, forges and proxies, and from the URL standard's oddities.
"""

# ruff: noqa: RUF001 - characters that look like others are the point here

from typing import Final

LOOPBACK_HOSTS: Final = [
    "127.0.0.1", "127.0.0.2", "127.127.127.127", "127.255.255.254", "127.1", "127.0.1", "127.000.000.001",
    "0127.0.0.1", "0177.0.0.1", "0177.0000.0000.0001", "00000177.0.0.1", "0x7f.0.0.1", "0x7f.1", "0x7F000001",
    "0x7f.0x0.0x0.0x1", "0x0000007f.0.0.1", "2130706433", "02130706433", "017700000001", "0x7f000001", "6425673729",
    "127.0.0.1.", "127.1.", "2130706433.", "127.0.0.1..", "127..0.1", ".127.0.0.1", "127.0.0.0x1", "127.0.0.01",
    "127.0.0.256", "127.0.0.1.1", "0", "0.0.0.0", "0.0.0.1", "0x0", "00", "0.", "0x", "127.0.0.0x", "-127.0.0.1",
    "+127.0.0.1", "127.0.0.1%00", "%31%32%37.0.0.1", "127%2e0%2e0%2e1", "127.0.0.1%2f", "127。0。0。1", "127．0．0．1",
    "127｡0｡0｡1", "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127.0.0.١", "127.0.0.1\u200b", "127.0.0.\u00b9", "localhost",
    "LOCALHOST", "localhost.", "localhost.localdomain", "foo.localhost", "foo.localhost.", "loc%61lhost", "ｌocalhost",
    "localho\u017ft", "local\u00adhost", "ip6-localhost",
]  # fmt: skip

BRACKETED_HOSTS: Final = [
    "[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::]", "[0::0]", "[::0001]",
    "[::127.0.0.1]", "[::7f00:1]", "[::ffff:127.0.0.1]", "[::FFFF:127.0.0.1]", "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]", "[::ffff:0.0.0.0]", "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]",
    "[64:ff9b::169.254.169.254]", "[64:ff9b:1::1]", "[64:ff9b:1::127.0.0.1]", "[2002:7f00:1::]", "[2002:7f00:1::1]",
    "[2002:a00:1::1]", "[2002:a9fe:a9fe::1]", "[2002:c0a8:101::]", "[2001:0:808:808::80ff:fffe]",
    "[2001:0:7f00:1::f7f7:f7f7]", "[2001::1]", "[2001:10::1]", "[2001:20::1]", "[2001:db8::1]", "[3fff::1]",
    "[5f00::1]", "[100::1]", "[fc00::1]", "[fd00::1]", "[fd00:ec2::254]", "[fe80::1]", "[fe80::1%25eth0]",
    "[fe80::1%eth0]", "[febf::1]", "[fec0::1]", "[ff02::1]", "[ff0e::1]", "[2606:4700::5efe:127.0.0.1]",
    "[2606:4700::200:5efe:10.0.0.1]", "[::1%25lo]", "[::1]]", "[[::1]]", "[::1", "::1]", "::1", "[]", "[ ::1]",
    "[::1 ]", "[127.0.0.1]", "[localhost]", "[hooks.example.com]", "[hooks.example.com]x", "[2606:4700::1111]x",
    "x[2606:4700::1111]", "[v1.fe80::1]", "[2606:4700::1111.]", "[2606:4700:::1111]", "[::ffff:127.1]",
    "[::ffff:0x7f.0.0.1]", "[::ffff:0177.0.0.1]", "[fade.cafe]", "[2130706433]",
]  # fmt: skip

INNER_HOSTS: Final = [
    "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "168.63.129.16", "169.254.0.1",
    "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.8", "192.0.0.192",
    "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "0.1.2.3", "2852039166",
    "0xA9FEA9FE", "0xa9.0xfe.0xa9.0xfe", "0251.0376.0251.0376", "169.254.43518", "169.16689662", "10.1", "167772161",
    "012.0.0.1", "0300.0250.0.1", "192.168.1", "3232235521", "8.8.2056", "134744072", "8.8.8.010", "metadata",
    "metadata.google.internal", "instance-data", "db.internal", "printer.local", "router.lan", "wiki.intranet",
    "kubernetes.default.svc.cluster.local", "1.0.0.127.in-addr.arpa", "hidden.onion", "com", "com.",
    "hooks.example.com.", "hooks..example.com", ".hooks.example.com", "-hooks.example.com", "hooks-.example.com",
    "ho_oks.example.com", "hooks.example.c\u043em", "hooks.example.com\u3002", "h\u00f6\u00f6ks.example.com",
    "*.example.com", "hooks.example.123", "hooks.example.0x7f",
]  # fmt: skip

WHOLE: Final = [
    "", " ", "https", "https:", "https:/", "https://", "https:///", "https:hooks.example.com", "//hooks.example.com/",
    "https:/hooks.example.com/", "https:///hooks.example.com/", "https:\\\\hooks.example.com\\", "hooks.example.com",
    "/relative", "http://hooks.example.com/", "http://hooks.example.com:443/", "ftp://hooks.example.com/",
    "file:///etc/passwd", "gopher://hooks.example.com/", "dict://hooks.example.com/", "ws://hooks.example.com/",
    "wss://hooks.example.com/", "data:application/json,{}", "javascript:alert(1)", "jar:https://hooks.example.com!/",
    "url:https://hooks.example.com/", "view-source:https://hooks.example.com/", "https+unix://hooks.example.com/",
    "https://user@hooks.example.com/", "https://user:password@hooks.example.com/", "https://@hooks.example.com/",
    "https://:@hooks.example.com/", "https://hooks.example.com@127.0.0.1/", "https://127.0.0.1@hooks.example.com/",
    "https://hooks.example.com:443@127.0.0.1/", "https://hooks.example.com%40127.0.0.1/",
    "https://a@b@hooks.example.com/", "https://hooks.example.com#@127.0.0.1/", "https://hooks.example.com/#fragment",
    "https://hooks.example.com#", "https://127.0.0.1#hooks.example.com", "https://hooks.example.com\\@127.0.0.1/",
    "https://127.0.0.1\\@hooks.example.com/", "https://hooks.example.com\\.127.0.0.1/",
    "https://hooks.example.com/\\..", "https://hooks.example.com/a\\b", " https://hooks.example.com/",
    "https://hooks.example.com/ ", "https://hooks.example.com/a b", "https:// hooks.example.com/",
    "https://hooks.example.com /", "https://ho oks.example.com/", "\thttps://hooks.example.com/",
    "ht\ttps://hooks.example.com/", "https://hooks.exam\tple.com/", "https://hooks.exam\nple.com/",
    "https://hooks.example.com/\n", "https://hooks.example.com\n", "https://hooks.example.com/\r\nHost: 127.0.0.1",
    "https://hooks.example.com/\x00", "https://hooks.example.com\x00.evil/", "https://hooks.example.com/\x7f",
    "https://hooks.example.com/\x85", "https://hooks.example.com/\u2028", "\ufeffhttps://hooks.example.com/",
    "https://hooks.example.com/\u00e9", "https://hooks.example.com/\ud800", "https://hooks.example.com/%",
    "https://hooks.example.com/%4", "https://hooks.example.com/%zz", "https://hooks.example.com/?a=%",
    'https://hooks.example.com/"', "https://hooks.example.com/<a>", "https://hooks.example.com/{a}",
    "https://hooks.example.com/[a]", "https://hooks.example.com/`", "https://hooks.example.com/^|",
    "https://hooks.example.com:/", "https://hooks.example.com:0/", "https://hooks.example.com:80/",
    "https://hooks.example.com:22/", "https://hooks.example.com:444/", "https://hooks.example.com:6379/",
    "https://hooks.example.com:8080/", "https://hooks.example.com:65536/", "https://hooks.example.com:65979/",
    "https://hooks.example.com:0443/", "https://hooks.example.com:+443/", "https://hooks.example.com:-443/",
    "https://hooks.example.com:443:443/", "https://hooks.example.com:4 43/", "https://hooks.example.com:0x1bb/",
    "https://hooks.example.com:٤٤٣/", "https://hooks.example.com:443443/", "https://hooks.example.com:443.0/",
    "https://hooks.example.com:https/", "https://:443/", "https://8.8.8.8:22/", "https://[2606:4700::1111]:22/",
    "https://[2606:4700::1111]443/", "https://2606:4700::1111/", "https://hooks.example.com;127.0.0.1/",
    "https://hooks.example.com,127.0.0.1/", "https://hooks.example.com&127.0.0.1/", "https://hooks.example.com!/",
    "https://(hooks.example.com)/", "httpſ://hooks.example.com/", "ｈttps://hooks.example.com/",
]  # fmt: skip

BAD_SPELLINGS: Final = [
    *(f"https://{host}/" for host in (*LOOPBACK_HOSTS, *BRACKETED_HOSTS, *INNER_HOSTS)),
    *WHOLE,
]

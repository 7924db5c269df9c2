"""Appends messages to a target mailbox without end, ten LITERAL+ commands on their way at a time.

pump.py ALIAS COUNT: prints a line for every acknowledgement, before the next is read. Ends when cut off.
"""
import base64
import json
import os
import socket
import ssl
import sys
import urllib.parse
import urllib.request

lab = json.loads(os.environ["LAB"])
address, count = sys.argv[1] + "@" + lab["domain"], int(sys.argv[2])
tls = ssl.create_default_context(cadata=lab["caPem"])
tenant = lab["tenant"]
form = urllib.parse.urlencode({
    "grant_type": "client_credentials", "scope": "https://outlook.office365.com/.default",
    "client_id": tenant["clientId"], "client_secret": tenant["clientSecret"],
})
with urllib.request.urlopen(tenant["tokenUrl"], form.encode(), context=tls) as answer:
    token = json.load(answer)["access_token"]

plain = socket.create_connection((tenant["imapHost"], tenant["imapPort"]))
connection = tls.wrap_socket(plain, server_hostname=tenant["imapHost"])
lines = connection.makefile("rb")
assert lines.readline().startswith(b"* OK"), "no greeting"
initial = base64.b64encode(("user=%s\x01auth=Bearer %s\x01\x01" % (address, token)).encode())
connection.sendall(b"a AUTHENTICATE XOAUTH2 " + initial + b"\r\n")
assert lines.readline() == b"a OK AUTHENTICATE completed.\r\n"


def message(number):
    # Every seventh is too large for the log and goes to a file of its own.
    size = 300_000 if number % 7 == 6 else 2_000
    return b"Subject: %d-%d\r\n\r\n" % (os.getpid(), number) + b"x" * size + b"\r\n"


try:
    for start in range(0, count, 10):
        batch = range(start, min(start + 10, count))
        commands = bytearray()
        for number in batch:
            body = message(number)
            head = b'p%d APPEND INBOX (\\Seen) "01-May-2009 08:00:00 +0000" {%d+}\r\n' % (number, len(body))
            commands += head + body + b"\r\n"
        connection.sendall(commands)
        for number in batch:
            line = lines.readline()
            if b" OK [APPENDUID " in line:
                assert line.startswith(b"p%d " % number), line
                print("acknowledged", flush=True)
            elif b"BAD Request is throttled. Suggested Backoff Time: 1500 milliseconds" in line:
                print("throttled", flush=True)
            else:
                assert not line, line
                raise ConnectionError("cut off")
except OSError:
    print("cut off", flush=True)

"""Copies one mailbox of the practice organisation with nothing but Python's own libraries.

migrate.py ALIAS [again] [lose] [reflag] [redate] [misplace] [alter] [write-source]
"""
import base64
import imaplib
import json
import os
import re
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

lab = json.loads(os.environ["LAB"])
alias, how = sys.argv[1], set(sys.argv[2:])
address = alias + "@" + lab["domain"]
tls = ssl.create_default_context(cadata=lab["caPem"])
tenant = lab["tenant"]


def call(method, url, token, body=None):
    request = urllib.request.Request(url, method=method)
    request.add_header("Authorization", "Bearer " + token)
    request.add_header("Content-Type", "application/json")
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data, context=tls) as answer:
        return json.loads(answer.read() or b"{}")


def token(scope):
    form = urllib.parse.urlencode({
        "grant_type": "client_credentials", "scope": scope,
        "client_id": tenant["clientId"], "client_secret": tenant["clientSecret"],
    })
    with urllib.request.urlopen(tenant["tokenUrl"], form.encode(), context=tls) as answer:
        return json.load(answer)["access_token"]


def cmdlet(name, **parameters):
    body = {"CmdletInput": {"CmdletName": name, "Parameters": parameters}}
    return call("POST", tenant["adminApi"] + "/InvokeCommand", exchange, body)["value"]


def xoauth2(with_token):
    server = imaplib.IMAP4_SSL(tenant["imapHost"], tenant["imapPort"], ssl_context=tls)
    challenges = []

    def respond(challenge):
        challenges.append(challenge)
        if len(challenges) > 1:
            return b""
        return ("user=%s\x01auth=Bearer %s\x01\x01" % (address, with_token)).encode()

    try:
        server.authenticate("XOAUTH2", respond)
    except imaplib.IMAP4.error as error:
        assert "AUTHENTICATE failed." in str(error), error
        print("CHALLENGE", json.loads(challenges[1])["status"])
    return server


graph = token("https://graph.microsoft.com/.default")
exchange = token("https://outlook.office365.com/.default")

if "again" not in how:
    user = tenant["graph"] + "/users/" + address
    call("PATCH", user, graph, {"usageLocation": "SE"})
    skus = call("GET", tenant["graph"] + "/subscribedSkus", graph)["value"]
    sku = next(s for s in skus if any(p["servicePlanName"] == "EXCHANGE_S_STANDARD" for p in s["servicePlans"]))
    call("POST", user + "/assignLicense", graph,
         {"addLicenses": [{"skuId": sku["skuId"], "disabledPlans": []}], "removeLicenses": []})
    while cmdlet("Get-Recipient", Identity=address)[0]["RecipientTypeDetails"] != "UserMailbox":
        time.sleep(0.03)
    stranger = xoauth2(exchange)
    try:
        assert stranger.select("INBOX")[0] != "OK"
    except imaplib.IMAP4.error as error:
        assert "User is authenticated but not connected." in str(error), error
        print("NOT CONNECTED BEFORE THE GRANT")
    cmdlet("Add-MailboxPermission", Identity=address, User=tenant["servicePrincipalId"], AccessRights=["FullAccess"])

xoauth2(graph).shutdown()
target = xoauth2(exchange)
source = imaplib.IMAP4_SSL(lab["source"]["host"], lab["source"]["port"], ssl_context=tls)
source.login(lab["source"]["account"] + "/" + alias, lab["source"]["password"])
assert "UIDPLUS" in source.capabilities and "MULTIAPPEND" not in target.capabilities


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def folders(server):
    found = []
    for line in server.list()[1]:
        name = re.match(rb'\([^)]*\) "/" "(.*)"$', line).group(1).decode()
        found.append(name.replace('\\"', '"').replace("\\\\", "\\"))
    return found


MAPPED = {"Skickat": "Sent Items", "Utkast": "Drafts", "Borttaget": "Deleted Items", "Skr&AOQ-ppost": "Junk Email"}
SKIPPED = {"Utkorgen", "Kalender", "Kontakter", "Uppgifter", "Anteckningar"}
for folder in folders(source):
    if folder in SKIPPED:
        continue
    place = MAPPED.get(folder, folder)
    if place not in folders(target):
        assert target.create(quoted(place))[0] == "OK"
    source.select(quoted(folder), readonly=True)
    for uid in source.uid("SEARCH", "ALL")[1][0].split():
        answer = source.uid("FETCH", uid, "(FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")[1][0]
        meta, body = answer[0].decode(), answer[1]
        assert int(re.search(r"RFC822\.SIZE (\d+)", meta).group(1)) == len(body)
        flags = re.search(r"FLAGS \(([^)]*)\)", meta).group(1)
        date = re.search(r'INTERNALDATE ("[^"]*")', meta).group(1)
        into = place
        if folder == "INBOX":
            # One fault a message, so that they can be told apart. Neither copy of the duplicate is touched.
            if uid == b"1" and "lose" in how:
                continue
            if uid == b"2" and "reflag" in how:
                flags = "\\Draft"
            if uid == b"3" and "redate" in how:
                date = '" 1-Jan-2001 00:00:00 +0000"'
        if folder == "Skickat" and uid == b"1" and "misplace" in how:
            into = "INBOX"
        if folder == "Skickat" and uid == b"2" and "alter" in how:
            body = body + b"x"
        imaplib.Internaldate2tuple(b"INTERNALDATE " + date.encode())
        status, text = target.append(quoted(into), "(" + flags + ")", date, body)
        assert status == "OK" and b"APPENDUID" in text[0], text
        if folder == "INBOX" and uid == b"1":
            target.select("INBOX", readonly=True)
            back = target.uid("FETCH", target.uid("SEARCH", "ALL")[1][0].split()[-1], "(BODY.PEEK[])")[1][0][1]
            assert back == body, "read back differs"
if "write-source" in how:
    assert source.append("INBOX", None, None, b"Subject: x\r\n\r\nx")[0] == "NO"
    source.select("INBOX")
    assert source.uid("STORE", "1", "+FLAGS", "(\\Seen)")[0] == "NO"
    source.uid("FETCH", "1", "(BODY[])")
print("copied")

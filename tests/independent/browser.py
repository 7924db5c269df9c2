"""msal signs a person in in a browser (authorization code with PKCE on a loopback redirect) and keeps the session:
tokens that expire, claims that are asked for, consent that is withdrawn."""
import threading
import time
import webbrowser

import msal
import requests

from practice import CA, EXCHANGE, GRAPH, administrator, answer, browser, cmdlet, granted, passed_on, same, tenant


class Person(webbrowser.BaseBrowser):
    """A browser, and whoever sits in front of it."""

    fields = administrator()

    def open(self, url, new=0, autoraise=True):
        def visit():
            same(passed_on(answer(browser.get(url), **self.fields)).status_code, 200)

        threading.Thread(target=visit).start()
        return True


webbrowser.register("person", None, Person(), preferred=True)
app = msal.PublicClientApplication(
    tenant["clientId"], authority=tenant["authority"], instance_discovery=False, verify=CA
)


def sign_in(**fields):
    Person.fields = administrator(**fields)
    return app.acquire_token_interactive([EXCHANGE], timeout=120)


def at_once(get, use):
    """The answer to a token that is used as soon as it is there. One that ended meanwhile, on a machine with other work,
    is asked for again."""
    for _ in range(20):
        begun = time.monotonic()
        result = get()
        answered = use(granted(result))
        if answered.status_code != 401 or time.monotonic() - begun < int(result["expires_in"]):
            break
    return result, answered


def batches(token):
    return cmdlet(token, "Get-MigrationBatch")


cancelled = sign_in(answer="cancel")
same(cancelled["error"], "access_denied")
assert "AADSTS65004" in cancelled["error_description"], cancelled

result, answered = at_once(sign_in, batches)
token = granted(result)
same(result["id_token_claims"]["preferred_username"], tenant["administrator"])
same(answered.status_code, 200)
account = app.get_accounts()[0]

# The token ends; the session does not.
time.sleep(int(result["expires_in"]) + 1)
same(batches(token).status_code, 401)
_, answered = at_once(lambda: app.acquire_token_silent([EXCHANGE], account, force_refresh=True), batches)
same(answered.status_code, 200)

# A code is good for one verifier, once.
flow = app.initiate_auth_code_flow([EXCHANGE], redirect_uri="http://localhost:1")
landed = answer(browser.get(flow["auth_uri"]), **administrator())
back = dict(pair.split("=", 1) for pair in landed.headers["Location"].split("?")[1].split("&"))
bad = app.acquire_token_by_auth_code_flow({**flow, "code_verifier": "x" * 43}, back)
same(bad["error_codes"], [501481])
used = app.acquire_token_by_auth_code_flow(flow, back)
same(used["error_codes"], [70008])

# Consent is withdrawn: nothing is renewed, by name.
def on_graph(method, path):
    def use(token):
        headers = {"Authorization": "Bearer " + token}
        return requests.request(method, tenant["graph"] + path, headers=headers, verify=CA)

    return at_once(lambda: app.acquire_token_silent([GRAPH], account), use)[1]


grants = on_graph("GET", "/oauth2PermissionGrants").json()["value"]
withdrawn = on_graph("DELETE", "/oauth2PermissionGrants/" + grants[0]["id"])
same(withdrawn.status_code, 204)
missing = app.acquire_token_silent_with_error([EXCHANGE], account, force_refresh=True)
same((missing["error"], missing["error_codes"]), ("invalid_grant", [65001]))

# The administrator consents again by signing in.
_, answered = at_once(sign_in, batches)
same(answered.status_code, 200)
print("ok")

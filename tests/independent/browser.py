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
    return app.acquire_token_interactive([EXCHANGE], timeout=20)


cancelled = sign_in(answer="cancel")
same(cancelled["error"], "access_denied")
assert "AADSTS65004" in cancelled["error_description"], cancelled

result = sign_in()
token = granted(result)
same(result["id_token_claims"]["preferred_username"], tenant["administrator"])
same(cmdlet(token, "Get-MigrationBatch").status_code, 200)
account = app.get_accounts()[0]

# The token ends; the session does not.
time.sleep(int(result["expires_in"]) + 1)
same(cmdlet(token, "Get-MigrationBatch").status_code, 401)
renewed = granted(app.acquire_token_silent([EXCHANGE], account, force_refresh=True))
same(cmdlet(renewed, "Get-MigrationBatch").status_code, 200)

# A code is good for one verifier, once.
flow = app.initiate_auth_code_flow([EXCHANGE], redirect_uri="http://localhost:1")
landed = answer(browser.get(flow["auth_uri"]), **administrator())
back = dict(pair.split("=", 1) for pair in landed.headers["Location"].split("?")[1].split("&"))
bad = app.acquire_token_by_auth_code_flow({**flow, "code_verifier": "x" * 43}, back)
same(bad["error_codes"], [501481])
used = app.acquire_token_by_auth_code_flow(flow, back)
same(used["error_codes"], [70008])

# Consent is withdrawn: nothing is renewed, by name.
graph = {"Authorization": "Bearer " + granted(app.acquire_token_silent([GRAPH], account))}
grants = requests.get(tenant["graph"] + "/oauth2PermissionGrants", headers=graph, verify=CA).json()["value"]
withdrawn = requests.delete(
    tenant["graph"] + "/oauth2PermissionGrants/" + grants[0]["id"], headers=graph, verify=CA
)
same(withdrawn.status_code, 204)
missing = app.acquire_token_silent_with_error([EXCHANGE], account, force_refresh=True)
same((missing["error"], missing["error_codes"]), ("invalid_grant", [65001]))

# The administrator consents again by signing in.
again = granted(sign_in())
same(cmdlet(again, "Get-MigrationBatch").status_code, 200)
print("ok")

"""The admin interface wants a token that proves more; msal asks for one with the claims of the challenge."""
import base64
import re

import msal

from practice import CA, EXCHANGE, administrator, answer, browser, cmdlet, granted, same, tenant

app = msal.PublicClientApplication(
    tenant["clientId"], authority=tenant["authority"], instance_discovery=False, verify=CA,
    client_capabilities=["CP1"],
)
flow = app.initiate_auth_code_flow([EXCHANGE], redirect_uri="http://localhost:1")
landed = answer(browser.get(flow["auth_uri"]), **administrator())
back = dict(pair.split("=", 1) for pair in landed.headers["Location"].split("?")[1].split("&"))
result = app.acquire_token_by_auth_code_flow(flow, back)
refusal = cmdlet(granted(result), "Get-MigrationBatch")
if refusal.status_code == 401:
    challenge = refusal.headers["WWW-Authenticate"]
    assert 'error="insufficient_claims"' in challenge, challenge
    claims = base64.b64decode(re.search('claims="([^"]+)"', challenge).group(1)).decode()
    account = app.get_accounts()[0]
    proved = granted(app.acquire_token_silent([EXCHANGE], account, claims_challenge=claims))
    same(cmdlet(proved, "Get-MigrationBatch").status_code, 200)
print("ok", refusal.status_code)

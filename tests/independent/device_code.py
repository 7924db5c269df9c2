"""msal signs a person in on another device: accepted, declined, of the wrong tenant; then one token for each resource."""
import threading

import msal
import requests

from practice import CA, EXCHANGE, GRAPH, administrator, answer, browser, cmdlet, granted, same, tenant

app = msal.PublicClientApplication(
    tenant["clientId"], authority=tenant["authority"], instance_discovery=False, verify=CA
)


def begin():
    flow = app.initiate_device_flow(scopes=[EXCHANGE])
    assert flow["user_code"] in flow["message"], flow
    return flow


def on_the_other_device(flow, **fields):
    page = browser.get(flow["verification_uri"])
    return answer(page, code=flow["user_code"], **fields)


flow = begin()
foreign = on_the_other_device(flow, login="anna@fabrikam.example", passwd="x")
assert "AADSTS50020" in foreign.text, foreign.text
wrong = on_the_other_device(flow, **administrator(passwd="wrong"))
assert "AADSTS50126" in wrong.text, wrong.text
# The person answers while msal polls.
threading.Timer(1.5, on_the_other_device, (flow,), administrator()).start()
result = app.acquire_token_by_device_flow(flow)
token = granted(result)
same(result["id_token_claims"]["preferred_username"], tenant["administrator"])
found = cmdlet(token, "Get-AcceptedDomain")
same(found.status_code, 200)

# The same sign-in serves another resource, without anybody being asked.
account = app.get_accounts()[0]
graph = granted(app.acquire_token_silent([GRAPH], account))
me = requests.get(tenant["graph"] + "/me", headers={"Authorization": "Bearer " + graph}, verify=CA)
same(me.json()["userPrincipalName"], tenant["administrator"])
same(cmdlet(graph, "Get-AcceptedDomain").status_code, 401)

declined = begin()
on_the_other_device(declined, answer="cancel")
same(app.acquire_token_by_device_flow(declined)["error"], "authorization_declined")

print("ok")

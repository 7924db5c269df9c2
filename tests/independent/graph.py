"""Microsoft's own Graph library, with tokens from msal: the organisation, domains, users page by page, a licence."""
import asyncio
from datetime import datetime

import msal
from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import (
    AccessTokenProvider, AllowedHostsValidator, BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.assigned_license import AssignedLicense
from msgraph.generated.models.user import User
from msgraph.generated.users.item.assign_license.assign_license_post_request_body import AssignLicensePostRequestBody
from msgraph.generated.users.users_request_builder import UsersRequestBuilder

from practice import CA, GRAPH, granted, lab, same, tenant


class Tokens(AccessTokenProvider):
    app = msal.ConfidentialClientApplication(
        tenant["clientId"], authority=tenant["authority"], client_credential=tenant["clientSecret"],
        instance_discovery=False, verify=CA,
    )

    async def get_authorization_token(self, uri, additional_authentication_context={}):
        return granted(self.app.acquire_token_for_client([GRAPH]))

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator(["localhost"])


async def main():
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Tokens()))
    adapter.base_url = tenant["graph"]
    graph = GraphServiceClient(request_adapter=adapter)

    organization = (await graph.organization.get()).value[0]
    same((organization.display_name, organization.on_premises_sync_enabled), (lab["company"], True))
    assert isinstance(organization.on_premises_last_sync_date_time, datetime)
    domains = {domain.id: domain.is_default for domain in (await graph.domains.get()).value}
    same(domains[lab["domain"]], True)

    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
        select=["id", "userPrincipalName", "proxyAddresses"], top=3
    )
    page, users, pages = await graph.users.get(RequestConfiguration(query_parameters=query)), [], 0
    while page:
        users, pages = users + page.value, pages + 1
        page = await graph.users.with_url(page.odata_next_link).get() if page.odata_next_link else None
    # The administrator is one more.
    same((len(users), pages), (len(lab["mailboxes"]) + 1, len(lab["mailboxes"]) // 3 + 1))
    address = lab["mailboxes"][0]["address"]
    first = next(user for user in users if user.user_principal_name == address)
    assert "SMTP:" + address in first.proxy_addresses, first.proxy_addresses

    skus = (await graph.subscribed_skus.get()).value
    sku = next(sku for sku in skus if sku.sku_part_number == "EXCHANGESTANDARD")
    licence = AssignLicensePostRequestBody(add_licenses=[AssignedLicense(sku_id=sku.sku_id, disabled_plans=[])], remove_licenses=[])
    user = graph.users.by_user_id(first.id)
    try:
        await user.assign_license.post(licence)
        raise AssertionError("a licence without a usage location")
    except APIError as error:
        assert "invalid usage location" in error.error.message, error
    await user.patch(User(usage_location="SE"))
    given = await user.assign_license.post(licence)
    same([held.sku_id for held in given.assigned_licenses], [sku.sku_id])
    try:
        await graph.users.by_user_id("nobody@nordvik.example").get()
        raise AssertionError("nobody was found")
    except APIError as error:
        same((error.response_status_code, error.error.code), (404, "Request_ResourceNotFound"))


asyncio.run(main())
print("ok")

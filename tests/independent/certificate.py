"""msal proves with a certificate who it is. The certificate is registered over Graph, with what the secret allows."""
import base64
import datetime

import msal
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from practice import CA, EXCHANGE, GRAPH, cmdlet, granted, same, tenant


def certificate():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Stegvis")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30)).sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode(), made


def client(credential):
    return msal.ConfidentialClientApplication(
        tenant["clientId"], authority=tenant["authority"], client_credential=credential,
        instance_discovery=False, verify=CA,
    )


key, made = certificate()
with_certificate = {"private_key": key, "public_certificate": made.public_bytes(serialization.Encoding.PEM).decode()}
# A certificate that nobody registered opens nothing.
unknown = client(with_certificate).acquire_token_for_client([EXCHANGE])
same((unknown["error"], unknown["error_codes"]), ("invalid_client", [700027]))

graph = granted(client(tenant["clientSecret"]).acquire_token_for_client([GRAPH]))
headers = {"Authorization": "Bearer " + graph}
found = requests.get(
    tenant["graph"] + "/applications", params={"$filter": f"appId eq '{tenant['clientId']}'"}, headers=headers, verify=CA
).json()["value"][0]
der = base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()
registered = requests.patch(
    tenant["graph"] + "/applications/" + found["id"],
    json={"keyCredentials": [{"type": "AsymmetricX509Cert", "usage": "Verify", "key": der}]},
    headers=headers, verify=CA,
)
same(registered.status_code, 204)

# By the newer thumbprint with PS256, and by the older one with RS256.
token = granted(client(with_certificate).acquire_token_for_client([EXCHANGE]))
same(cmdlet(token, "Get-OrganizationConfig").status_code, 200)
older = {"private_key": key, "thumbprint": made.fingerprint(hashes.SHA1()).hex()}
token = granted(client(older).acquire_token_for_client([EXCHANGE]))
same(cmdlet(token, "Get-OrganizationConfig").status_code, 200)
# Another key under the registered thumbprint is found out.
stranger, _ = certificate()
forged = client({**older, "private_key": stranger}).acquire_token_for_client([EXCHANGE])
same(forged["error_codes"], [700027])
print("ok")

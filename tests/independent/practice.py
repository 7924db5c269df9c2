"""What the scripts share: the practice company's details, its pages as a browser would use them, and cmdlets."""
import html.parser
import json
import os
import tempfile
import urllib.parse

import requests

lab = json.loads(os.environ["LAB"])
tenant = lab["tenant"]
EXCHANGE = "https://outlook.office365.com/.default"
GRAPH = "https://graph.microsoft.com/.default"

_authority = tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False)
_authority.write(lab["caPem"])
_authority.close()
CA = _authority.name
os.environ["SSL_CERT_FILE"] = CA

browser = requests.Session()
browser.verify = CA


class Form(html.parser.HTMLParser):
    """The one form of a page: where it goes and what it carries."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.text = None, {}, page
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.action = attributes["action"]
        elif tag == "input" and attributes.get("type") == "hidden":
            self.fields[attributes["name"]] = attributes["value"]


def answer(page, **fields):
    """Fills in the page's form and sends it; where it leads is not followed."""
    form = Form(page.text)
    fields = {**form.fields, "answer": "accept", **fields}
    return browser.post(urllib.parse.urljoin(page.url, form.action), data=fields, allow_redirects=False)


def passed_on(page):
    """Does what the page's own script would: sends the form on to the program that waits for it."""
    form = Form(page.text)
    return requests.post(form.action, data=form.fields)


def administrator(**more):
    return {"login": tenant["administrator"], "passwd": tenant["administratorPassword"], **more}


def cmdlet(token, name, **parameters):
    return requests.post(
        tenant["adminApi"] + "/InvokeCommand",
        json={"CmdletInput": {"CmdletName": name, "Parameters": parameters}},
        headers={"Authorization": "Bearer " + token},
        verify=CA,
    )


def granted(result):
    assert "access_token" in result, result
    return result["access_token"]


def refused(result, error, number):
    assert "access_token" not in result, "a token was given"
    assert result["error"] == error and number in result["error_codes"], result


def same(found, wanted):
    assert found == wanted, f"{found!r} is not {wanted!r}"

"""The messages the measurements send; those with an id get a new one each time."""

import itertools
import secrets
from urllib.parse import urlencode

_numbers = itertools.count(1)
# Message ids are never used twice, not even by two runs on one database.
_run = secrets.token_hex(4)


def oci() -> dict[str, str]:
    return {
        "USERNAME": "demo",
        "PASSWORD": "demo-secret",
        "HOOK_URL": "http://localhost:9999/sap(bD1lbiZjPTEwMA==)/bc/gui/sap/its/bbpsc02/?~OkCode=ADDI",
        "~OkCode": "ADDI",
        "~TARGET": "_top",
        "~CALLER": "CTLG",
        "OCI_VERSION": "4.0",
        "http_content_charset": "utf-8",
    }


def oci_body() -> bytes:
    return urlencode(oci()).encode()


def cxml() -> bytes:
    number = next(_numbers)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.014/cXML.dtd">
<cXML payloadID="{number}.{_run}@buyer.example" timestamp="2026-01-01T00:00:00+00:00" xml:lang="en-US">
  <Header>
    <From><Credential domain="NetworkID"><Identity>AN01000000001-T</Identity></Credential></From>
    <To><Credential domain="DUNS"><Identity>999999999</Identity></Credential></To>
    <Sender>
      <Credential domain="NetworkID">
        <Identity>AN01000000087</Identity><SharedSecret>demo-secret</SharedSecret>
      </Credential>
      <UserAgent>Ariba Buyer 9r1</UserAgent>
    </Sender>
  </Header>
  <Request deploymentMode="test">
    <PunchOutSetupRequest operation="create">
      <BuyerCookie>bench-{number}</BuyerCookie>
      <Extrinsic name="UserEmail">buyer@brabantrail.example</Extrinsic>
      <BrowserFormPost><URL>http://localhost:9999/return?id={number}</URL></BrowserFormPost>
    </PunchOutSetupRequest>
  </Request>
</cXML>""".encode()


def oracle_xml() -> bytes:
    return b"""<?xml version="1.0" encoding="UTF-8"?>
<request>
  <header version="1.0">
    <login><username>demo</username><password>demo-secret</password></login>
    <action>shopping</action><language>US</language>
    <userArea>
      <operatingUnit>204</operatingUnit><shipTo>GENT-01</shipTo><fullName>Ilse Vermeersch</fullName>
      <location>Gent</location><language>AMERICAN</language><currency>EUR</currency>
    </userArea>
  </header>
  <body>
    <loginInfo>
      <userInfo><userContactInfo><userEmail>buyer@brabantrail.example</userEmail></userContactInfo>
        <appUserName>IVERMEERSCH</appUserName></userInfo>
      <returnURL>http://localhost:9999/OA_HTML/OA.jsp?transactionid=1577</returnURL>
    </loginInfo>
  </body>
</request>"""

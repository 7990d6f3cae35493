"""auth0-python for auth0-python.test.js: a line asks with [call, arguments...] in JSON, and a line answers."""

import json
import sqlite3
import sys

from auth0.authentication import GetToken, Passwordless
from auth0.authentication.exceptions import Auth0Error, TokenValidationError
from auth0.authentication.token_verifier import AsymmetricSignatureVerifier, TokenVerifier

host, client_id, client_secret, database = sys.argv[1:]
client = {"domain": host, "client_id": client_id, "client_secret": client_secret, "protocol": "http"}
signatures = AsymmetricSignatureVerifier(f"http://{host}/.well-known/jwks.json")


def sms(phone_number):
    return Passwordless(**client).sms(phone_number)


def passwordless_login(phone_number, code, scope, audience):
    return GetToken(**client).passwordless_login(phone_number, code, "sms", scope, audience)


def login_with_wrong_secret(phone_number, code):
    get_token = GetToken(**{**client, "client_secret": "not the secret"})
    return get_token.passwordless_login(phone_number, code, "sms", "openid", "")


def verify(token, issuer, audience):
    return TokenVerifier(signatures, issuer, audience).verify(token)


def expire(phone_number):
    """Not the SDK: makes the newest code of a number old, as nobody wants to wait for it."""
    with sqlite3.connect(database, timeout=10) as connection:
        hour = 3_600_000
        connection.execute(
            "UPDATE tenant_otp_challenges SET expires_at = expires_at - ? WHERE phone_number = ?", (hour, phone_number)
        )


def answer(call, *arguments):
    try:
        return {"result": globals()[call](*arguments)}
    except Auth0Error as error:
        return {"status": error.status_code, "code": error.error_code, "message": error.message}
    except TokenValidationError as error:
        return {"invalid": str(error)}


for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line))), flush=True)

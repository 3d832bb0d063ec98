"""The gateway as a vendor's backend sees it: client credentials for a token, then GraphQL over HTTP."""

import asyncio
import time
from typing import Any, Final

import httpx

TIMEOUT_S: Final = 10.0
_RENEWED_BEFORE_END_S: Final = 60
_CREATE: Final = """
mutation WidgetToken($input: CreateWidgetTokenInput!) {
  createWidgetToken(input: $input) { token userErrors { message } }
}
"""


class GatewayAway(Exception):
    """The gateway cannot be asked now. `retry_after_s` is when it says that it can."""

    def __init__(self, retry_after_s: int = 1) -> None:
        super().__init__("The gateway cannot be reached.")
        self.retry_after_s = retry_after_s


class GatewayRefused(Exception):
    """The gateway answered, and gave nothing. The text is the gateway's and may be shown."""


class Gateway:
    """One customer's application at the gateway. May be used by many tasks at once."""

    def __init__(self, url: str, client_id: str, client_secret: str, client: httpx.AsyncClient) -> None:
        """`url` has no path; `client` is closed by whoever opened it."""
        self._url = url
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._client = client
        self._token = ""
        self._good_until = 0.0
        self._asking = asyncio.Lock()

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The answer's data; what was refused in it is null there.

        Raises: GatewayAway, GatewayRefused if there is no data at all.
        """
        body = {"query": document, "variables": variables}
        answer = await self._ask(body, await self._token_now())
        if answer.status_code == 401:
            # It was revoked before its time: its secret was changed, or the gateway's key.
            self._good_until = 0.0
            answer = await self._ask(body, await self._token_now())
        said = _said(answer)
        data = said.get("data")
        if isinstance(data, dict):
            return data
        raise GatewayRefused(_first_message(said.get("errors")))

    async def widget_token(
        self,
        widget: str,
        ats_user_id: str,
        *,
        candidate: str | None = None,
        job: str | None = None,
        is_admin: bool = False,
    ) -> str:
        """A token for one exchange by one widget within a minute: PROFILE, ONBOARDING, SEARCH, RECOMMENDED.

        Raises: GatewayAway, GatewayRefused.
        """
        said = {
            "widget": widget,
            "atsUserId": ats_user_id,
            "candidateExternalId": candidate,
            "jobExternalId": job,
            "isAtsAdmin": is_admin,
        }
        payload = (await self.ask(_CREATE, input=said)).get("createWidgetToken")
        if not payload or not payload["token"]:
            raise GatewayRefused(_first_message(payload and payload["userErrors"]))
        token: str = payload["token"]
        return token

    async def _token_now(self) -> str:
        async with self._asking:
            if time.monotonic() >= self._good_until:
                form = {"grant_type": "client_credentials", **self._credentials}
                said = _said(await self._post("/oauth/v2/accessToken", data=form))
                if "access_token" not in said:
                    raise GatewayRefused("The gateway does not take the credentials of this ATS.")
                self._token = said["access_token"]
                self._good_until = time.monotonic() + said["expires_in"] - _RENEWED_BEFORE_END_S
            return self._token

    async def _ask(self, body: dict[str, Any], token: str) -> httpx.Response:
        return await self._post("/graphql", json=body, headers={"Authorization": f"Bearer {token}"})

    async def _post(self, path: str, **given: Any) -> httpx.Response:
        try:
            answer = await self._client.post(self._url + path, timeout=TIMEOUT_S, **given)
        except httpx.HTTPError:
            raise GatewayAway from None
        if answer.status_code >= 500 or answer.status_code == 429:
            after = answer.headers.get("Retry-After", "1")
            raise GatewayAway(int(after) if after.isdecimal() else 1)
        return answer


def _said(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        raise GatewayAway from None
    return said if isinstance(said, dict) else {}


def _first_message(errors: Any) -> str:
    return str(errors[0]["message"]) if errors else "The gateway refused without a reason."

"""Calls of LinkedIn's wire API as an ATS makes them: many records, named in the URL and in the body."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Call:
    """One call; `keys` are those that its answer names, in order."""

    method: str
    target: str
    restli_method: str
    keys: tuple[str, ...]
    body: Mapping[str, Any] | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"x-restli-method": self.restli_method}


def put(resource: str, id_name: str, context: str, records: Mapping[str, Mapping[str, Any]]) -> Call:
    """Replace these records, by the ATS's ids."""
    keys = {name: _key(id_name, context, name) for name in records}
    entities = {keys[name]: record for name, record in records.items()}
    target = f"/v2/{resource}?{_ids(id_name, context, records)}"
    return Call("PUT", target, "batch_update", tuple(keys.values()), {"entities": entities})


def delete(resource: str, id_name: str, context: str, names: Iterable[str]) -> Call:
    """Delete these records."""
    some = list(names)
    keys = tuple(_key(id_name, context, name) for name in some)
    return Call("DELETE", f"/v2/{resource}?{_ids(id_name, context, some)}", "batch_delete", keys)


def candidate(number: int, modified_ms: int, *, first_name: str = "Ann") -> dict[str, Any]:
    """A candidate as ATS send them, of some 600 bytes."""
    return {
        "firstName": first_name,
        "lastName": f"Example{number % 977}",
        "emailAddresses": [f"person{number}@example.com"],
        "phoneNumbers": [{"number": f"+1 555 {number % 10_000_000:07d}", "extension": "7"}],
        "addresses": [
            {
                "line1": f"{number % 999} Main Street",
                "city": "Springfield",
                "geographicArea": "IL",
                "geographicAreaType": "STATE",
                "postalCode": "62701",
                "country": "US",
            }
        ],
        "currentCompanyName": f"Company {number % 307}",
        "currentJobTitle": ("Software Engineer", "Nurse", "Sales Manager", "Cook")[number % 4],
        "externalProfileUrl": f"https://ats.example.com/candidates/{number}",
        "atsCreatedAt": 1_700_000_000_000,
        "atsLastModifiedAt": modified_ms,
    }


def application(candidate_name: str, modified_ms: int) -> dict[str, Any]:
    """An application as ATS send them."""
    return {
        "atsCandidateId": candidate_name,
        "atsJobPostingId": "job-1",
        "atsJobPostingName": "Software Engineer",
        "candidateEmail": f"{candidate_name}@example.com",
        "firstName": "Ann",
        "lastName": "Example",
        "source": "Career page",
        "atsCreatedAt": 1_700_000_000_000,
        "atsLastModifiedAt": modified_ms,
    }


def _key(id_name: str, context: str, name: str) -> str:
    return f"{id_name}={name}&dataProvider=ATS&integrationContext={context}"


def _ids(id_name: str, context: str, names: Iterable[str]) -> str:
    spelled = quote(context, safe="")
    return "&".join(
        f"ids[{place}].{id_name}={quote(name, safe='')}&ids[{place}].dataProvider=ATS"
        f"&ids[{place}].integrationContext={spelled}"
        for place, name in enumerate(names)
    )

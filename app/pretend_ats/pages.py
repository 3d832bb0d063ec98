"""The ATS's pages: lists and records of its own, each with the widget that belongs there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from app.auth.personas import NORTHWIND
from app.pretend_ats.frame import Site, embedded, heading, linkedins_tag, our_tag, page
from app.pretend_ats.markup import Child, Element, h
from app.pretend_ats.records import MATCH_STATES, Record, nodes
from app.pretend_ats.users import Session

_START: Final = (
    (
        "/candidates/cand-0001",
        "A matched candidate",
        "Profile, InMails, notes, and what the ATS knows.",
    ),
    ("/candidates/cand-0003", "Two LinkedIn profiles fit", "Choose one, with the evidence for each."),
    ("/candidates/cand-0010", "Nobody was matched", "Search LinkedIn for the person, and link the profile."),
    ("/candidates/cand-0008", "A refused match", "Somebody said “not this one”, and that is remembered."),
    ("/jobs/job-001", "A job that needs people", "Recommended matches: save, export, or not interested."),
    ("/search", "Search both systems", "LinkedIn members and your own candidates, with filters."),
    ("/settings", "Set up LinkedIn", "Request it, choose contracts, and follow the first sync."),
)


def start(site: Site, session: Session) -> bytes:
    """Where to begin."""
    cards = [
        h("a", {"class": "card", "href": at}, h("strong", None, title), h("span", {"class": "quiet"}, text))
        for at, title, text in _START
    ]
    text = "Pages of a vendor that embeds the gateway's widgets. Its records are the demo's."
    return page(
        site,
        session,
        "/",
        "Start",
        heading("Start", text),
        h("div", {"class": "cards"}, cards),
        has_widget=False,
    )


def candidates(site: Site, session: Session, found: Record, name: str, state: str) -> bytes:
    """The list of candidates."""
    states = [
        h("option", {"value": one, "selected": "selected" if one == state else None}, _words(one))
        for one in MATCH_STATES
    ]
    chosen = h(
        "form",
        {"class": "filter", "role": "search"},
        _field("Name", h("input", {"type": "search", "name": "name", "value": name})),
        _field("LinkedIn", h("select", {"name": "state"}, h("option", {"value": ""}, "Any"), states)),
        h("button", {"type": "submit"}, "Filter"),
    )
    rows = []
    for one in nodes(found):
        newest = next(iter(nodes(one["applications"])), None)
        rows.append(
            (
                h("a", {"href": _at("candidates", one)}, _name(one)),
                _joined(" · ", one["currentJobTitle"], one["currentCompanyName"]),
                _joined(": ", newest["job"] and newest["job"]["title"], newest["stage"]) if newest else "–",
                _state(one["match"]["state"]),
                h("span", {"class": "chip bad"}, "Do not contact") if one["doNotContact"] else None,
            )
        )
    return page(
        site,
        session,
        "/candidates",
        "Candidates",
        heading("Candidates", f"{found['totalCount']:,} in all"),
        chosen,
        _table(("Name", "Now", "Newest application", "LinkedIn", ""), rows),
        _next("/candidates", found, name=name, state=state),
        has_widget=False,
    )


def candidate(site: Site, session: Session, found: Record, *, by_linkedins_tag: bool) -> bytes:
    """A candidate's record beside the profile widget."""
    external_id, path = found["externalId"], _at("candidates", found)
    tag = (
        linkedins_tag(session, external_id, NORTHWIND)
        if by_linkedins_tag
        else our_tag(session, "profile", candidate=external_id)
    )
    tags = h("ul", {"class": "chips"}, [h("li", {"class": "chip"}, one["name"]) for one in found["tags"]])
    facts = [
        ("E-mail", _joined(", ", *found["emailAddresses"])),
        ("Phone", _joined(", ", *(one["number"] for one in found["phoneNumbers"]))),
        ("Lives in", _joined("; ", *(_joined(", ", a["city"], a["country"]) for a in found["addresses"]))),
        ("Source", found["source"]),
        ("Since", _day(found["createdAt"])),
    ]
    applications = [
        h(
            "li",
            None,
            _job_link(one["job"]),
            _quiet(one["stage"] or _words(one["status"]), _day(one["appliedAt"])),
        )
        for one in nodes(found["applications"])
    ]
    notes = [
        h("li", None, one["body"], _quiet(one["authorName"], _day(one["createdAt"])))
        for one in nodes(found["notes"])
    ]
    record = h(
        "section",
        {"class": "record", "aria-label": "In this ATS"},
        h("p", {"class": "chip bad"}, "Do not contact") if found["doNotContact"] else None,
        tags if found["tags"] else None,
        _facts(facts),
        _list("Applications", applications),
        _list("Notes", notes),
    )
    now = _joined(" · ", found["currentJobTitle"], found["currentCompanyName"])
    return page(
        site,
        session,
        f"{path}?tag=linkedin" if by_linkedins_tag else path,
        _name(found),
        heading(_name(found), now, " · ", external_id),
        _tag_choice(path, by_linkedins_tag=by_linkedins_tag),
        h("div", {"class": "beside"}, record, embedded(site, tag)),
    )


def jobs(site: Site, session: Session, found: Record, title: str) -> bytes:
    """The list of jobs."""
    chosen = h(
        "form",
        {"class": "filter", "role": "search"},
        _field("Title", h("input", {"type": "search", "name": "title", "value": title})),
        h("button", {"type": "submit"}, "Filter"),
    )
    rows = [
        (
            _job_link(one),
            one["department"],
            one["location"],
            _words(one["state"]),
            str((one["applications"] or {}).get("totalCount", "–")),
        )
        for one in nodes(found)
    ]
    return page(
        site,
        session,
        "/jobs",
        "Jobs",
        heading("Jobs", f"{found['totalCount']:,} in all"),
        chosen,
        _table(("Title", "Department", "Place", "State", "Applications"), rows),
        _next("/jobs", found, title=title),
        has_widget=False,
    )


def job(site: Site, session: Session, found: Record) -> bytes:
    """A job's record beside the widget of recommended matches."""
    path = _at("jobs", found)
    applicants = [
        h(
            "li",
            None,
            h("a", {"href": _at("candidates", one["candidate"])}, _name(one["candidate"])),
            _quiet(one["stage"] or _words(one["status"])),
        )
        for one in nodes(found["applications"])
        if one["candidate"]
    ]
    facts = [
        ("Requisition", found["requisitionCode"]),
        ("Department", found["department"]),
        ("Place", found["location"]),
        ("Listed", _day(found["listedAt"])),
    ]
    record = h(
        "section",
        {"class": "record", "aria-label": "In this ATS"},
        _facts(facts),
        h("p", {"class": "long"}, found["description"]),
        _list("Applicants", applicants),
        h("p", None, h("a", {"href": _search_path(found["externalId"])}, "Search people for this job")),
    )
    tag = our_tag(session, "recommended", job=found["externalId"])
    return page(
        site,
        session,
        path,
        found["title"],
        heading(found["title"], f"{_words(found['state'])} · {found['externalId']}"),
        h("div", {"class": "beside"}, record, embedded(site, tag)),
    )


def search(site: Site, session: Session, job_id: str | None) -> bytes:
    """The search widget, for a job or for none."""
    path = _search_path(job_id)
    text = "LinkedIn members and your candidates" + (f", for {job_id}" if job_id else "")
    tag = our_tag(session, "search", job=job_id or None)
    return page(site, session, path, "Search", heading("Search", text), embedded(site, tag))


def settings(site: Site, session: Session) -> bytes:
    """The onboarding widget."""
    text = "How LinkedIn Recruiter System Connect is set up for Northwind."
    return page(
        site,
        session,
        "/settings",
        "LinkedIn settings",
        heading("LinkedIn settings", text),
        embedded(site, our_tag(session, "onboarding")),
    )


def sentence(site: Site, session: Session, title: str, text: str) -> bytes:
    """A page that has nothing but something to say."""
    return page(site, session, "/", title, heading(title, text), has_widget=False)


def _tag_choice(path: str, *, by_linkedins_tag: bool) -> Element:
    def link(label: str, at: str, *, is_chosen: bool) -> Element:
        return h("a", {"href": at, "aria-current": "true" if is_chosen else None}, label)

    return h(
        "nav",
        {"class": "segments", "aria-label": "Embedded by"},
        link("The gateway's tag", path, is_chosen=not by_linkedins_tag),
        link("LinkedIn's tag", f"{path}?tag=linkedin", is_chosen=by_linkedins_tag),
    )


def _table(headings: Iterable[str], rows: Iterable[Iterable[Child]]) -> Element:
    body = [h("tr", None, [h("td", None, cell) for cell in row]) for row in rows]
    if not body:
        return h("p", {"class": "empty"}, "Nothing here fits.")
    head = h("thead", None, h("tr", None, [h("th", {"scope": "col"}, heading) for heading in headings]))
    return h("div", {"class": "wide"}, h("table", None, head, h("tbody", None, body)))


def _facts(facts: Iterable[tuple[str, str | None]]) -> Element:
    return h(
        "dl",
        None,
        [part for name, value in facts for part in (h("dt", None, name), h("dd", None, value or "–"))],
    )


def _list(title: str, items: list[Element]) -> Element | None:
    return h("div", None, h("h2", None, title), h("ul", {"class": "lines"}, items)) if items else None


def _field(label: str, control: Element) -> Element:
    return h("label", None, h("span", None, label), control)


def _next(path: str, found: Record, **chosen: str) -> Element | None:
    ahead = found["pageInfo"]
    if not ahead["hasNextPage"]:
        return None
    query = urlencode(
        {**{name: value for name, value in chosen.items() if value}, "after": ahead["endCursor"]}
    )
    return h("p", None, h("a", {"class": "button", "href": f"{path}?{query}"}, "Next page"))


def _search_path(job_id: str | None) -> str:
    return f"/search?{urlencode({'job': job_id})}" if job_id else "/search"


def _quiet(*parts: str | None) -> Element:
    return h("span", {"class": "quiet"}, _joined(", ", *parts))


def _at(section: str, record: Record) -> str:
    return f"/{section}/{quote(record['externalId'], safe='')}"


def _job_link(job: Record | None) -> Child:
    return h("a", {"href": _at("jobs", job)}, job["title"]) if job else "A job that is not here"


def _name(person: Record) -> str:
    return _joined(" ", person["firstName"], person["lastName"])


def _joined(between: str, *parts: str | None) -> str:
    return between.join(part for part in parts if part)


def _words(constant: str) -> str:
    return constant.replace("_", " ").capitalize()


def _state(state: str) -> Element:
    looks = {"MATCHED": "good", "MANUAL": "good", "AMBIGUOUS": "fair"}
    return h("span", {"class": f"chip {looks.get(state, '')}".strip()}, _words(state))


def _day(moment: str | None) -> str:
    return f"{datetime.fromisoformat(moment):%-d %B %Y}" if moment else ""

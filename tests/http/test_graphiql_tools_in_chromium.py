"""GraphiQL's docs pane, plans, history and tabs in Chromium, with the real engine on the demo's data."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from app.auth.personas import PERSONAS
from app.http.graphiql.routes import example_operations
from tests.conftest import TestServer
from tests.http.browsing import Visit, visited
from tests.http.tooling import explain, tooling_on
from tests.npm import install
from tests.widgets.browser import launched, require_chromium
from tests.widgets.gateway import Gateway

IN_MAILS = example_operations()["05-inmail-history"]
IN_MAILS_TAB = "InMailHistory"
DENIED = "denied @requiresFeature(anyOf: [INMAIL_HISTORY]) on the field and the type InMail"
SUBJECT = "query Mine { viewer { subject } }"
AXE = "async ([at]) => (await axe.run({include: at})).violations.map(v => `${v.id}: ${v.nodes[0].target}`)"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    require_chromium()
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tooling(
    server: TestServer, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gateway]:
    async with tooling_on(server, migrated, tmp_path_factory.mktemp("tools")) as gateway:
        yield gateway


@pytest_asyncio.fixture
async def visit(chromium: Browser, tooling: Gateway) -> AsyncIterator[Visit]:
    async with visited(chromium, tooling.url) as visit:
        yield visit
        await visit.assert_clean()


async def open_docs(visit: Visit, *names: str) -> Locator:
    """The docs pane, at the end of this way from the root."""
    await visit.page.get_by_role("button", name="Show Documentation Explorer").click()
    docs = visit.page.get_by_label("Documentation Explorer", exact=True)
    for name in names:
        await docs.get_by_role("link", name=name, exact=True).first.click()
    return docs


async def open_tab(visit: Visit, title: str) -> None:
    await visit.page.locator(".graphiql-tab-button", has_text=title).click()


async def ask_for_plan(visit: Visit) -> Locator:
    await visit.page.get_by_role("button", name="Explain").click()
    return visit.page.get_by_role("region", name="Plan")


# The docs pane


async def test_the_docs_say_which_directive_guards_a_field_and_whether_the_viewer_passes(
    visit: Visit,
) -> None:
    await visit.ask_as("recruiter-company-wide")
    docs = await open_docs(visit, "Query", "Candidate")
    of_type = docs.locator(".graphiql-markdown-description").first
    await expect(of_type).to_contain_text(
        "granted @requiresFeature(anyOf: [IN_ATS_INDICATOR], orRole: [ATS_USER, ATS_ADMIN, PARTNER]) "
        "on every way to this type"
    )
    item = docs.locator(".graphiql-doc-explorer-item")
    await expect(item.filter(has_text="emailAddresses:")).to_contain_text("granted with its type Candidate")
    await expect(item.filter(has_text="inMails(")).to_contain_text(DENIED)
    await expect(item.filter(has_text="inMails(").get_by_text("INMAIL_HISTORY is not")).to_be_hidden()

    await docs.get_by_role("link", name="inMails", exact=True).click()
    await expect(docs).to_contain_text(
        "INMAIL_HISTORY is not granted: company-wide access does not include it."
    )
    await expect(docs).to_contain_text("Ask a Recruiter admin to activate RSC for contract")
    await expect(docs).to_contain_text("on its type Candidate")


async def test_the_docs_are_another_viewer_s_after_a_switch(visit: Visit) -> None:
    docs = await open_docs(visit, "Query", "Candidate", "inMails")
    await expect(docs).to_contain_text(DENIED.replace("denied", "granted"))
    await visit.ask_as("recruiter-parked")
    for name in ("Query", "Candidate", "inMails"):
        await docs.get_by_role("link", name=name, exact=True).first.click()
    await expect(docs).to_contain_text(DENIED)
    await expect(docs).not_to_contain_text("granted @requires")


async def test_the_docs_say_on_how_many_contracts_a_partner_passes(visit: Visit) -> None:
    await visit.ask_as("partner")
    docs = await open_docs(visit, "Query", "Contract", "inMails")
    await expect(docs).to_contain_text("granted on 1 of 3 @requiresFeature(anyOf: [INMAIL_HISTORY])")


async def test_a_contract_s_name_is_text_in_the_docs_whatever_it_holds(
    chromium: Browser, server: TestServer, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = "<img src=x onerror=alert(1)> **bold** [a](https://evil.example) `c` https://evil.example _d_ &lt;"
    async with tooling_on(server, migrated, tmp_path_factory.mktemp("named")) as own:
        await own.state.sql("update contract set name = $1", name)
        async with visited(chromium, own.url, "/graphiql#recruiter-company-wide") as visit:
            docs = await open_docs(visit, "Query", "Candidate", "inMails")
            await expect(docs).to_contain_text(name)
            await expect(docs.locator("img, blockquote a")).to_have_count(0)
            await visit.assert_clean()


# The plan


async def test_the_plan_is_one_click_away_and_copied_as_rsc_explain_prints_it(
    chromium: Browser, tooling: Gateway
) -> None:
    async with visited(chromium, tooling.url, "/graphiql#recruiter-company-wide") as visit:
        await visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await open_tab(visit, IN_MAILS_TAB)
        plan = await ask_for_plan(visit)
        await expect(plan.get_by_role("heading", name="Plan of InMailHistory")).to_be_visible()
        await expect(plan.get_by_role("status")).to_have_text("2 denied for recruiter-company-wide")
        await expect(plan).to_contain_text("node.inMails FEATURE_NOT_GRANTED, CONTRACT_ACCESS_REQUIRED")
        await expect(plan).to_contain_text("Ask a Recruiter admin to activate RSC")
        await expect(plan).to_contain_text("from candidate t1")
        await expect(plan).not_to_contain_text("from inmail")
        await plan.get_by_role("button", name="Copy").click()
        await expect(plan.get_by_role("button", name="Copied")).to_be_visible()
        copied = await visit.page.evaluate("navigator.clipboard.readText()")
        told = (await explain(tooling, "recruiter-company-wide", IN_MAILS)).json()["text"]
        assert copied.split() == told.split()
        assert copied.startswith("# Denied\ncandidates.edges.*.node.inMails: FEATURE_NOT_GRANTED")
        await plan.get_by_role("button", name="Close").click()
        await expect(plan).to_have_count(0)
        await visit.assert_clean()


async def test_a_plan_is_its_viewer_s_and_its_tab_s(visit: Visit) -> None:
    plan = await ask_for_plan(visit)
    await expect(plan.get_by_role("status")).to_have_text("nothing denied for recruiter")
    await open_tab(visit, IN_MAILS_TAB)
    await expect(plan).to_have_count(0)
    await open_tab(visit, "Viewer")
    await expect(plan).to_be_visible()
    await visit.ask_as("support")
    await expect(plan).to_have_count(0)


async def test_a_plan_is_of_the_variables_too_and_says_that_the_operation_has_changed(visit: Visit) -> None:
    await visit.page.get_by_role("button", name="Add tab").click()
    await visit.type("query One($id: String) { candidate(externalId: $id) { firstName } }")
    await visit.page.get_by_role("button", name="Variables").click()
    await visit.page.locator(".graphiql-editor-tool .CodeMirror-lines").first.click()
    await visit.page.keyboard.insert_text('{"id": "cand-0001"}')
    plan = await ask_for_plan(visit)
    await expect(plan).to_contain_text("$1 = 'cand-0001'")
    await expect(plan.get_by_role("status")).to_have_text("nothing denied for recruiter")
    await visit.page.keyboard.press("Control+End")
    await visit.type(SUBJECT)
    await expect(plan.get_by_role("status")).to_contain_text("the operation has changed since")


async def test_what_cannot_be_explained_says_why(chromium: Browser, tooling: Gateway) -> None:
    async with visited(chromium, tooling.url) as visit:
        await visit.page.get_by_role("button", name="Add tab").click()
        await visit.type("query Wrong { viewer { nothing } }")
        plan = await ask_for_plan(visit)
        await expect(plan.get_by_role("status")).to_have_text("cannot be explained for recruiter")
        await expect(plan).to_contain_text("Cannot query field 'nothing' on type 'Viewer'.")
        await visit.page.get_by_role("button", name="Variables").click()
        await visit.page.locator(".graphiql-editor-tool .CodeMirror-lines").first.click()
        await visit.page.keyboard.insert_text("{nonsense")
        plan = await ask_for_plan(visit)
        await expect(plan).to_contain_text("The variables are not JSON")
        assert visit.foreign == []


async def test_the_plan_is_had_by_keyboard_alone(visit: Visit) -> None:
    button = visit.page.get_by_role("button", name="Explain")
    await expect(button).to_be_visible()
    await button.focus()
    await visit.page.keyboard.press("Enter")
    plan = visit.page.get_by_role("region", name="Plan")
    body = plan.get_by_role("group", name="What the engine does")
    await expect(body).to_be_visible()
    await body.focus()
    await visit.page.keyboard.press("End")
    await expect(plan.get_by_text("Bound values")).to_be_in_viewport()


# Whoever may not read the schema


async def test_with_a_token_that_may_not_introspect_there_are_neither_docs_nor_plans(
    chromium: Browser, server: TestServer, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("closed")
    async with tooling_on(server, migrated, folder, open_introspection=False) as closed:
        async with visited(chromium, closed.url, "/graphiql#recruiter") as visit:
            plan = await ask_for_plan(visit)
            await expect(plan).to_contain_text("Guards and plans are for those who may read the schema")
            docs = await open_docs(visit)
            await expect(docs).to_contain_text("Error fetching schema")
            assert visit.foreign == []
        async with visited(chromium, closed.url, "/graphiql#staff") as visit:
            docs = await open_docs(visit, "Query")
            await expect(docs).to_contain_text("granted @requiresRole(anyOf: [STAFF])")
            await visit.assert_clean()


async def test_the_demo_takes_a_token_of_one_s_own_too(visit: Visit, tooling: Gateway) -> None:
    await expect(visit.page.locator(".graphiql-tab").first).to_be_visible()
    await visit.page.get_by_label("Ask as").select_option("a token of your own …")
    await visit.run()
    await visit.answer.to_contain_text("Paste a token first.")
    token = PERSONAS["support"].token(tooling.key)
    await visit.page.get_by_label("Token").fill(token)
    await visit.page.get_by_role("button", name="Use").click()
    await visit.run()
    await visit.answer.to_contain_text('"SUPPORT"')
    assert token not in await visit.stored()
    assert token not in visit.page.url


# History and tabs


async def test_history_and_tabs_survive_a_reload_and_hold_neither_tokens_nor_answers(
    chromium: Browser, tooling: Gateway
) -> None:
    tokens: list[str] = []
    async with visited(chromium, tooling.url) as visit:
        visit.page.on("request", lambda request: tokens.append(request.headers.get("authorization", "")))
        await visit.page.get_by_role("button", name="Add tab").click()
        await visit.type(SUBJECT)
        await visit.run()
        await visit.answer.to_contain_text("demo:recruiter")
        await ask_for_plan(visit)
        await expect(visit.page.get_by_role("region", name="Plan")).to_contain_text("convert_to")
        await visit.page.get_by_role("button", name="Show History").click()
        entry = visit.page.get_by_role("button", name="Mine", exact=True)
        await expect(entry).to_be_visible()
        await visit.wait_for_tab_to_be_kept("query Mine")
        await visit.page.reload()
        tabs = visit.page.locator(".graphiql-tab")
        await expect(tabs).to_have_count(len(example_operations()) + 1)
        await expect(tabs.last).to_contain_text("Mine")
        await expect(visit.page.get_by_role("region", name="Plan")).to_have_count(0)
        await visit.answer.not_to_contain_text("demo:recruiter")

        await open_tab(visit, "Viewer")
        await entry.click()
        await expect(visit.page.locator(".graphiql-query-editor")).to_contain_text("query Mine")
        await visit.run()
        await visit.answer.to_contain_text("demo:recruiter")
        stored = await visit.stored()
        kept = [text for text in ("demo:recruiter", "convert_to", "Bearer", "eyJ") if text in stored]
        sent = {header.removeprefix("Bearer ") for header in tokens if header}
        assert sent
        assert kept == [token for token in sent if token in stored] == []
        await visit.assert_clean()


# Looks


@pytest.fixture(scope="module")
async def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("axe")
    await install(Path(__file__).parents[1] / "widgets" / "axe", ("package.json",), folder)
    return (folder / "node_modules/axe-core/axe.min.js").read_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_what_the_page_adds_is_accessible_in_both_schemes(
    chromium: Browser, tooling: Gateway, axe: str, scheme: str
) -> None:
    at = "/graphiql#recruiter-company-wide"
    async with visited(chromium, tooling.url, at, "dark" if scheme == "dark" else "light") as visit:
        await open_docs(visit, "Query", "Candidate", "inMails")
        await open_tab(visit, IN_MAILS_TAB)
        await expect(await ask_for_plan(visit)).to_contain_text("Bound values")
        await visit.page.evaluate(axe)
        found = await visit.page.evaluate(AXE, [[[".bar"], [".plan"], ["blockquote"], [".graphiql-toolbar"]]])
        assert found == []
        sizes = await visit.page.evaluate(
            "['html', '.plan'].map(at => document.querySelector(at)).map(e => [e.scrollWidth, e.clientWidth])"
        )
        assert all(inside <= seen for inside, seen in sizes)

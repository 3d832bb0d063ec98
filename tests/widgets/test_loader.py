"""The loader in Chromium, on an ATS's page of another origin under a strict policy."""

import gzip
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.widgets.loader_pages import (
    KEY,
    LINKEDIN,
    LOADER,
    PROFILE,
    Sites,
    elsewhere,
    opened,
    refusal,
    sites,
    token,
)

MEMBER = "urn:li:person:m0001"


@pytest.fixture
async def two() -> AsyncIterator[Sites]:
    """The loader's site and an ATS's."""
    async with sites() as made:
        yield made


async def test_our_tag_becomes_a_frame_that_is_given_a_token_by_message_only(
    chromium: Browser, two: Sites
) -> None:
    async with opened(chromium, two, PROFILE + two.loader()) as page:
        (told,) = await page.told("token")
        assert told == {"rsc": 1, "type": "token", "token": "one", "from": two.ats, "isParent": True}
        assert two.asked == [{"widget": "PROFILE", "candidateExternalId": "cand-0001"}]
        assert two.cookies == ["ats=somebody"]
        frame = page.page.locator("rsc-widget iframe")
        assert await frame.get_attribute("src") == (
            f"{two.gateway}/widgets/profile?app={KEY}&lang=de-AT&theme=auto"
        )
        assert await frame.get_attribute("title") == "LinkedIn profile"
        assert await frame.evaluate("(frame) => frame.referrerPolicy") == "no-referrer"
        sandbox = (await frame.get_attribute("sandbox") or "").split()
        assert not {"allow-top-navigation", "allow-modals", "allow-downloads"} & set(sandbox)
        assert await (await page.frame()).evaluate("document.referrer") == ""
        assert (
            await page.page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length")
            == 0
        )
        assert page.complaints == []


async def test_linkedins_tag_becomes_one_too_and_its_functions_get_the_person(
    chromium: Browser, two: Sites
) -> None:
    async with opened(chromium, two, two.loader() + LINKEDIN) as page:
        await page.told("token")
        assert two.asked == [
            {
                "widget": "PROFILE",
                "candidateExternalId": "cand-0001",
                "integrationContext": "urn:li:organization:1001",
            }
        ]
        assert (await page.frame()).url.endswith("&unlink=direct")
        assert await page.page.locator("rsc-widget iframe").evaluate("(frame) => frame.clientWidth") == 640
        await page.say("linked", memberId=MEMBER)
        await page.say("unlinked", memberId=MEMBER)
        assert await page.heard(3) == [
            ["rsc-linked", "rsc-widget", {"memberId": MEMBER}],
            ["onLinked", "rsc-widget", MEMBER],
            ["onAnything", MEMBER],
        ]
        assert page.complaints == []


async def test_several_widgets_each_have_their_own_token_and_their_own_events(
    chromium: Browser, two: Sites
) -> None:
    two.answers = [lambda body: token(f"for-{body.get('jobExternalId', 'nobody')}")(body)]
    body = (
        '<rsc-widget widget="recommended" job="job-1" onsave="onAnything"></rsc-widget>'
        '<rsc-widget widget="recommended" job="job-2" candidate="x" onsave="onAnything"></rsc-widget>'
        '<rsc-widget widget="search"></rsc-widget><rsc-widget widget="onboarding" job="x"></rsc-widget>'
    )
    async with opened(chromium, two, body + two.loader()) as page:
        tokens = [(await page.told("token", number=number))[0]["token"] for number in range(4)]
        assert tokens == ["for-job-1", "for-job-2", "for-nobody", "for-nobody"]
        assert sorted(map(str, two.asked)) == sorted(
            map(
                str,
                [
                    {"widget": "RECOMMENDED", "jobExternalId": "job-1"},
                    {"widget": "RECOMMENDED", "jobExternalId": "job-2"},
                    {"widget": "SEARCH"},
                    {"widget": "ONBOARDING"},
                ],
            )
        )
        await page.say("saved", number=1, memberId=MEMBER, jobExternalId="job-2")
        assert await page.heard(2) == [
            ["rsc-saved", "rsc-widget", {"memberId": MEMBER, "jobExternalId": "job-2"}],
            ["onAnything", MEMBER, "job-2"],
        ]


async def test_loaded_twice_it_is_one_and_the_second_brings_what_the_first_lacked(
    chromium: Browser, two: Sites
) -> None:
    bare, whole, other = two.loader(""), two.loader(), two.loader("api_key: other\ntoken_url: /elsewhere")
    async with opened(chromium, two, bare + PROFILE + LINKEDIN + whole + other + whole) as page:
        await page.told("token")
        await page.told("token", number=1)
        assert await page.page.locator("iframe").count() == 2
        assert all(f"app={KEY}&" in frame.url for frame in page.page.frames[1:])
        assert len(two.asked) == 2


async def test_tags_that_come_later_are_shown_and_what_leaves_takes_its_listener_along(
    chromium: Browser, two: Sites
) -> None:
    async with opened(chromium, two, two.loader() + "<main></main>") as page:
        # What a framework does: elements, not text, since the page's policy forbids the latter.
        add = """([name, attributes]) => {
          const element = document.createElement(name);
          for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
          const section = document.createElement("section");
          section.append(element);
          document.querySelector("main").append(section);
        }"""
        await page.page.evaluate(add, ["rsc-widget", {"widget": "profile", "candidate": "a"}])
        await page.page.evaluate(
            add, ["script", {"type": "IN/HcmWidget", "data-widget-type": "ATS", "data-ats-candidate-id": "b"}]
        )
        await page.told("token")
        await page.told("token", number=1)
        assert await page.page.evaluate("listeners.size") == 2
        await page.page.evaluate(
            "document.querySelector('script[type]').setAttribute('data-ats-candidate-id', 'c')"
        )
        assert [each["candidateExternalId"] for each in await page.asked(3)] == ["a", "b", "c"]
        await page.page.evaluate("document.querySelector('script[type]').remove()")
        await page.page.evaluate("document.querySelector('section').remove()")
        await expect(page.page.locator("rsc-widget")).to_have_count(0)
        assert await page.page.evaluate("listeners.size") == 0


async def test_an_element_that_is_moved_or_changed_is_shown_anew_at_the_height_it_had(
    chromium: Browser, two: Sites
) -> None:
    async with opened(chromium, two, PROFILE + "<main></main>" + two.loader()) as page:
        await page.told("token")
        await page.say("height", height=301)
        frame = page.page.locator("rsc-widget iframe")
        await expect(frame).to_have_css("height", "301px")
        await page.page.evaluate(
            "document.querySelector('main').append(document.querySelector('rsc-widget'))"
        )
        await expect(frame).to_have_css("height", "301px")
        assert len(await page.asked(2)) == 2
        await page.page.evaluate(
            "() => { const widget = document.querySelector('rsc-widget');"
            "widget.setAttribute('candidate', 'cand-0002'); widget.setAttribute('theme', 'dark'); }"
        )
        await expect(frame).to_have_attribute("src", re.compile("theme=dark"))
        asked = [each["candidateExternalId"] for each in await page.asked(3)]
        assert asked == ["cand-0001", "cand-0001", "cand-0002"]
        assert await page.page.evaluate("listeners.size") == 1


async def test_height_grows_at_once_and_shrinks_when_it_stays_so(chromium: Browser, two: Sites) -> None:
    fixed = '<rsc-widget widget="search" height="333"></rsc-widget>'
    async with opened(chromium, two, PROFILE + fixed + two.loader()) as page:
        await page.told("token")
        await page.told("token", number=1)
        await page.page.evaluate(
            """() => {
              window.seen = [];
              const frame = document.querySelector("rsc-widget").shadowRoot.querySelector("iframe");
              new MutationObserver(() => seen.push(frame.style.height))
                .observe(frame, { attributes: true, attributeFilter: ["style"] });
            }"""
        )
        for height in (900, 10, 950, -5, "12", 400.2, None):
            await page.say("height", height=height)
        await page.say("height", number=1, height=900)
        await page.page.wait_for_function("() => seen[seen.length - 1] === '401px'")
        assert [height for height in await page.page.evaluate("seen") if height != "10px"] == [
            "900px",
            "950px",
            "401px",
        ]
        await expect(page.page.locator("iframe").nth(1)).to_have_css("height", "333px")


async def test_a_token_is_renewed_when_the_frame_says_so(chromium: Browser, two: Sites) -> None:
    two.answers = [token("first"), token("second"), token("third")]
    async with opened(chromium, two, PROFILE + two.loader()) as page:
        await page.told("token")
        await page.say("token-needed", reason="expiring")
        await page.told("token", times=2)
        await page.say("token-needed", reason="refused")
        assert [each["token"] for each in await page.told("token", times=3)] == ["first", "second", "third"]


async def test_a_frame_that_is_refused_again_and_again_is_let_down_and_not_served_in_circles(
    chromium: Browser, two: Sites
) -> None:
    async with opened(chromium, two, PROFILE + two.loader()) as page:
        await page.told("token")
        await (await page.frame()).evaluate(
            """addEventListener("message", (event) => {
              if (event.data.type !== "token") return;
              setTimeout(() => tell("token-needed", { reason: "refused" }), 1);
            }); tell("token-needed", { reason: "refused" });"""
        )
        await page.told("no-token")
        assert len(two.asked) <= 7


async def test_many_questions_at_once_are_one(chromium: Browser, two: Sites) -> None:
    async with opened(chromium, two, PROFILE + two.loader()) as page:
        await page.told("token")
        asks = "for (let number = 0; number < 9; number += 1) tell('token-needed', { reason: 'expiring' })"
        await (await page.frame()).evaluate(asks)
        await page.told("token", times=2)
        assert len(two.asked) == 2


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_the_ats_is_asked_again_after_a_failure_that_may_pass(
    chromium: Browser, two: Sites, status: int
) -> None:
    two.answers = [refusal(status), refusal(status, **{"Retry-After": "1"}), token("after all")]
    async with opened(chromium, two, PROFILE + two.loader()) as page:
        assert (await page.told("token"))[0]["token"] == "after all"
        assert len(two.asked) == 3
        assert await page.frame()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (refusal(401, "Sign in to the ATS again."), "Sign in to the ATS again."),
        (refusal(403), None),
        (elsewhere, None),
        (lambda _: refusal(200)(_), None),
        (refusal(404, "x" * 301), None),
    ],
    ids=["signed-out", "forbidden", "login-page", "no-token", "long-message"],
)
async def test_a_refusal_of_the_ats_is_told_to_the_frame_at_once(
    chromium: Browser, two: Sites, answer: object, message: str | None
) -> None:
    two.answers = [answer]  # type: ignore[list-item]
    async with opened(chromium, two, PROFILE + two.loader()) as page:
        (told,) = await page.told("no-token")
        assert told.get("message") == message
        assert len(two.asked) == 1
        two.answers = [token("later")]
        await page.say("ready")
        assert (await page.told("token"))[0]["token"] == "later"


async def test_a_function_of_the_page_may_give_tokens_and_may_be_declared_later(
    chromium: Browser, two: Sites
) -> None:
    body = two.loader(f"api_key: {KEY}", 'data-token="laterGiven"') + PROFILE
    async with opened(chromium, two, body) as page:
        await page.page.evaluate("() => { window.laterGiven = (request) => giveToken(request); }")
        assert (await page.told("token"))[0]["token"] == "from-a-function"
        assert await page.heard(1) == [
            ["giveToken", {"widget": "PROFILE", "candidateExternalId": "cand-0001"}]
        ]
        assert two.asked == []


async def test_callbacks_are_the_pages_own_functions_and_may_throw(chromium: Browser, two: Sites) -> None:
    tag = (
        '<rsc-widget widget="profile" candidate="c" onlink="throwing" onunlink="eval" onsave="alert" '
        'onexport="heard.push" onintegration="onAnything"></rsc-widget>'
    )
    async with opened(chromium, two, tag + two.loader()) as page:
        await page.told("token")
        for kind in ("linked", "unlinked", "saved", "exported"):
            await page.say(kind, memberId="window.evil = 1", jobExternalId="x")
        await page.say("integration", state={"not": "text"})
        await page.say("integration", state="LIVE")
        calls = await page.heard(4)
        assert [call for call in calls if call[0] == "onAnything"] == [
            ["onAnything", None],
            ["onAnything", "LIVE"],
        ]
        assert await page.page.evaluate("window.evil === undefined")
        assert [text for text in page.complaints if text.startswith("script:")] == [
            "script: the page's own mistake"
        ]
        assert len([text for text in page.complaints if "no function of the page's own" in text]) == 3


async def test_messages_of_others_are_not_believed(chromium: Browser, two: Sites) -> None:
    stranger = f'<iframe src="{two.gateway}/widgets/other?silent" title="A stranger"></iframe>'
    async with opened(chromium, two, two.loader() + PROFILE + stranger) as page:
        await page.told("token")
        frames = [one for one in page.page.frames if "other" in one.url]
        await frames[0].evaluate(
            "tell('linked', { memberId: 'x' }); tell('token-needed', { reason: 'expiring' })"
        )
        await page.page.evaluate("postMessage({ rsc: 1, type: 'linked', memberId: 'x' }, '*')")
        own = await page.frame()
        await own.evaluate(
            "parent.postMessage({ rsc: 2, type: 'linked' }, '*'); parent.postMessage(null, '*')"
        )
        await own.evaluate("parent.postMessage('linked', '*'); tell('toString'); tell('__proto__')")
        await page.say("linked", memberId=MEMBER)
        assert await page.heard(1) == [["rsc-linked", "rsc-widget", {"memberId": MEMBER}]]
        assert await frames[0].evaluate("told") == []
        assert len(two.asked) == 1


async def test_it_is_small_and_of_2019() -> None:
    source = LOADER.read_text("utf-8")
    assert len(gzip.compress(source.encode("utf-8"))) < 8_000
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", source, flags=re.DOTALL)
    assert not re.search(r"\?\.|\?\?|\|\|=|&&=|#\w+\s*[=(;]|\bimport\b|\.at\(|replaceAll", code)
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", code
    )
